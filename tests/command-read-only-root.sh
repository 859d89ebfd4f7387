#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: "vgetrandom run" and "status" write nothing: they work in a container
# whose root is read-only and has no /tmp, with /proc and without.
#
# To see it fail: have vgr_command_watch make a file in /tmp first.

. "${srcdir:-.}/tests/check-command.sh"
skip_if_sanitized
skip_if_foreign
[ "$(id -u)" = 0 ] || skip "not root: no read-only root can be made"
unshare --mount true 2>/dev/null || skip "no mount namespace can be made here"

root=$scratch/root
# shellcheck disable=SC2016,SC2046
set -- $(printf 'say:\n\t@echo $(bindir) $(pkglibdir)\n' |
	MAKEFLAGS='' make -s -C "$builddir" -f Makefile -f - say)
installed=$1/vgetrandom
mkdir -p "$root$1" "$root$2" && cp "$vgetrandom" "$root$1/" &&
	cp "$builddir/.libs/libvgetrandom-preload.so" "$root$2/" || exit 99

# A shell, and what it and the command are linked with.
mkdir -p "$root/bin" "$root/proc"
cp "$(command -v sh)" "$root/bin/sh" || exit 99
for file in $(ldd "$(command -v sh)" "$vgetrandom" "$builddir/.libs/libvgetrandom-preload.so" |
		grep -o '/[^ :]*\.so[^ :]*' | sort -u); do
	[ -e "$root$file" ] || [ ! -e "$file" ] ||
		{ mkdir -p "$root${file%/*}" && cp -L "$file" "$root$file"; } || exit 99
done

in_container() {	# MOUNT-OF-PROC COMMAND...
	proc=$1
	shift
	# shellcheck disable=SC2016
	try unshare --mount sh -c '
		root=$1 proc=$2
		shift 2
		mount --bind "$root" "$root" && $proc || exit 99
		mount -o remount,bind,ro "$root" || exit 99
		! touch "$root/written" 2>/dev/null || exit 99
		exec chroot "$root" "$@"' - "$root" "$proc" "$@"
	[ "$status" != 99 ] || { cat "$scratch/err"; exit 99; }
}

for proc in "mount --bind /proc $root/proc" true; do
	echo "/proc: $proc"
	in_container "$proc" "$installed" status
	grep '^served' "$scratch/out" || fail "status: $(cat "$scratch/err")"
	in_container "$proc" "$installed" run --check -- /bin/sh -c 'echo ran; exit 42'
	status_is 42
	out_is ran
	err_has '/bin/sh (process [0-9]*): \(active\|loaded\)'
done
