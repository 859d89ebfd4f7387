#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: unmodified programs (python3, and ruby, php, bash, libuuid where they
# are installed) make a handful of getrandom system calls for a thousand draws
# under "vgetrandom run", and draw nothing twice.
#
# To see it fail: drop getentropy, or syscall, from the exported symbols in
# Makefile.am.

. "${srcdir:-.}/tests/check-command.sh"
skip_if_sanitized
skip_if_foreign

[ -x /usr/bin/python3 ] || { echo "no /usr/bin/python3"; exit 99; }
if ! "$vgetrandom" status >"$scratch/status"; then
	why=$(sed -n 's/^why not  *//p' "$scratch/status")
	case $why in
	*'please report'*) fail "the library serves in user space: $why" ;;
	*) skip "requests are system calls here: $why" ;;
	esac
fi
/usr/bin/python3 "${srcdir:-.}/scripts/before-after" --check "$vgetrandom"
