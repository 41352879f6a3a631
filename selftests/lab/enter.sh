#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# enter.sh ROOT FOLDER COMMAND...: run COMMAND in another system's root, where
# FOLDER is seen under its own name.  The mounts end with the command.

set -euo pipefail

root=$1 folder=$2
shift 2
as_root=()
((EUID == 0)) || as_root=(sudo)

# shellcheck disable=SC2016 # expanded inside
exec "${as_root[@]}" unshare --mount --propagation private bash -c '
	root=$1 folder=$2
	shift 2
	mkdir -p "$root$folder"
	mount --bind "$folder" "$root$folder"
	mount -t proc proc "$root/proc"
	mount --bind /dev "$root/dev"
	exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LANG=C.UTF-8 "$@"
' enter "$root" "$folder" "$@"
