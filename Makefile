# SPDX-License-Identifier: GPL-2.0
#
# "make help" lists what can be made.

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr
DKMS_SOURCE = $(DESTDIR)/usr/src/grex-$(VERSION)
DKMS_FORGET = if dkms status -m grex -v $(VERSION) 2>/dev/null | grep -q .; \
	then dkms remove -m grex -v $(VERSION) --all; fi
LAB = selftests/lab
DEB = .build/deb
DEB_TREE = $(DEB)/grex-$(VERSION)

all: module tool ## build grex.ko for the running kernel, and gretool

module: ## build grex.ko for the kernel whose headers are in KDIR
	@test -d $(KDIR) || { \
		echo "No kernel headers in $(KDIR)." >&2; \
		echo "Install linux-headers-$$(uname -r), or say make module KDIR=..." >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tool: ## build tools/gretool and the plugin of ip(8)
	@$(LAB)/deps.sh build
	$(MAKE) -C tools VERSION=$(VERSION)

plugin: ## build only the plugin, tools/link_grex.so
	@$(LAB)/deps.sh build
	$(MAKE) -C tools link_grex.so VERSION=$(VERSION)

# Remove this version from DKMS first, since DKMS would not build it again.
install: tool ## install the module with DKMS, gretool, its plugin of ip, man pages
	$(MAKE) -C tools install VERSION=$(VERSION) PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)
ifndef DESTDIR
	$(DKMS_FORGET)
endif
	$(MAKE) source
ifndef DESTDIR
	dkms install -m grex -v $(VERSION)
endif

install-gre: ## let the module take the place of ip_gre when it is loaded
	$(MAKE) -C tools install-gre PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

source: # what DKMS builds the module from
	rm -rf $(DKMS_SOURCE)
	install -d $(DKMS_SOURCE)
	cp -r Kbuild Makefile dkms.conf COPYING module uapi $(DKMS_SOURCE)/
	find $(DKMS_SOURCE) \( -name '*.o' -o -name '.*.cmd' \) -delete

uninstall: ## take away what "make install" installed
ifndef DESTDIR
	$(DKMS_FORGET)
endif
	rm -rf $(DKMS_SOURCE)
	$(MAKE) -C tools uninstall PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

# Copy the sources without files that git ignores, and put tools/dist/debian where Debian
# expects it.
deb: ## build the Debian packages, in .build/deb
	@$(LAB)/deps.sh build deb
	rm -rf $(DEB)
	mkdir -p $(DEB_TREE)
	sed 's,/$$,,; s,^/,./,' .gitignore | tar -c --mode=u=rwX,go=rX --exclude=./.git \
		--exclude-from=- . | tar -x -C $(DEB_TREE)
	mv $(DEB_TREE)/tools/dist/debian $(DEB_TREE)/
	sed -i '1s/VERSION/$(VERSION)/' $(DEB_TREE)/debian/changelog
	cd $(DEB_TREE) && DEB_BUILD_OPTIONS="noautodbgsym $(DEB_BUILD_OPTIONS)" \
		dpkg-buildpackage --build=binary --no-sign
	@ls $(DEB)/*.deb

demo: ## boot Debian's kernel and show a tunnel between two hosts
	@selftests/demo/demo.sh

check: ## all tests but the longest, on Debian's 6.1
	@selftests/check.sh host selftests static kunit

check-debug: ## the tests on the debug kernel: KASAN, UBSAN, lockdep, RCU
	@selftests/check.sh debug

check-all: ## and the rest: other kernels, packages, fuzzing; FROM=stage goes on there
	@selftests/check.sh $(if $(FROM),--from $(FROM)) host selftests static kunit rest \
		ipv6 beside deb system packages debug debug-rest leaks kernels plant fuzz

test: tool ## one test file on 6.1: make test T=encap [K=6.12]
	@$(LAB)/run.sh $(if $(K),-k $(K)) $(T)

kunit: ## the KUnit suites, on 6.1
	@$(LAB)/kunit.sh

shell: tool ## a shell in a booted 6.1 kernel, with this checkout
	@$(LAB)/deps.sh build lab guest
	@$(LAB)/build.sh 6.1 >/dev/null
	@$(LAB)/boot.sh --shell

bench: ## instructions per packet, ip_gre and grex side by side
	@$(LAB)/deps.sh build lab
	@selftests/bench/bench.sh

clean: ## remove what was built (not the kernels in the cache)
	-test ! -d $(KDIR) || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	-test ! -d tools || $(MAKE) -C tools clean
	rm -rf .build selftests/tests/kernel-*/

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## *\(.*\)/\1	\2/p' Makefile | expand -t 14

.PHONY: all module tool plugin install install-gre source uninstall deb demo \
	check check-debug check-all test kunit shell bench clean help
