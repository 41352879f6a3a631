# SPDX-License-Identifier: GPL-2.0
"""KTAP for tests in Python, like that of lib.sh for tests in the shell.

A test file makes its topology, defines its test functions, and ends with
run(). A test function looks at many cases with check() and equal(); it passes
if all of them are as expected. The environment variable ONLY names the test
functions that run; the exit status is 0 if all passed, 1 if some failed and 4
if the file was skipped."""

import os
import subprocess
import sys
import traceback

SKIPPED = 4

_cases = 0
_wrong = 0
_skip = None


def show(value):
    """Bytes in hexadecimal, other values as Python writes them."""
    if isinstance(value, (bytes, bytearray)):
        return value.hex() or "nothing"
    return repr(value)


def note(text):
    """Print a line that KTAP ignores."""
    for line in text.splitlines():
        print("# " + line, flush=True)


def check(what, wrong=""):
    """A case passes if nothing is wrong with it."""
    global _cases, _wrong
    _cases += 1
    if wrong:
        _wrong += 1
        note("FAIL: %s: %s" % (what, wrong))


def equal(what, expected, got):
    check(what, "" if expected == got else
          "expected %s, got %s" % (show(expected), show(got)))


def skip(why):
    """Report the running test function as skipped, unless a case failed."""
    global _skip
    _skip = why


def skip_all(why):
    """End the whole file as skipped."""
    print("TAP version 13\n1..0 # SKIP " + why, flush=True)
    sys.exit(SKIPPED)


def need(module="grex"):
    """Load the module; without it, or without root, there is nothing to test."""
    if os.geteuid():
        skip_all("needs root")
    loaded = subprocess.run(["modprobe", "-q", module], check=False,
                            stderr=subprocess.DEVNULL).returncode == 0
    if loaded or os.path.isdir("/sys/module/" + module):
        return
    # The lab has built the module for this kernel.
    if "GREX_LAB" not in os.environ:
        skip_all(module + " cannot be loaded")
    print("Bail out! %s cannot be loaded" % module, flush=True)
    sys.exit(1)


def is_beside():
    """Whether the tests run beside ip_gre (run.sh --beside)."""
    return os.environ.get("GREX_DEMUX") == "beside"


def is_ipv6():
    """Whether the outer packets are to be IPv6 (run.sh --ipv6)."""
    return os.environ.get("GREX_UNDERLAY") == "ipv6"


def _mark(name):
    """The kernel's log says which test function was running."""
    if "GREX_LAB" in os.environ:
        with open("/dev/kmsg", "w", encoding="ascii") as log:
            log.write("grex-lab: %s: %s" % (os.path.basename(sys.argv[0]), name))


def _run(number, name, call, test):
    """Run one test function; whether it passed."""
    global _cases, _wrong, _skip
    _cases = _wrong = 0
    _skip = None
    note(name)
    _mark(name)
    try:
        if test:
            call(test)
        else:
            check(name, "there is no such function")
    except Exception:  # pylint: disable=broad-except
        check(name, "exception")
        note(traceback.format_exc())
    if not _cases and _skip is None:
        check(name, "it has no cases")
    note("%d cases passed" % (_cases - _wrong))
    result = "%s %d %s" % ("not ok" if _wrong else "ok", number, name)
    if _skip is not None and not _wrong:
        result += " # SKIP " + _skip
    print(result, flush=True)
    return not _wrong


def conclude():
    """End a program that a test in the shell runs: it fails if a case failed."""
    if not _cases:
        check("cases", "there are none")
    note("%d cases, %d failed" % (_cases, _wrong))
    sys.exit(1 if _wrong else 0)


def run(*tests, call=lambda test: test()):
    """Run the test functions by call(function), print the results and exit."""
    known = {test.__name__: test for test in tests}
    names = os.environ.get("ONLY", "").split() or list(known)
    print("TAP version 13\n1..%d" % len(names), flush=True)
    passed = [_run(number, name, call, known.get(name))
              for number, name in enumerate(names, 1)]
    sys.exit(0 if all(passed) else 1)
