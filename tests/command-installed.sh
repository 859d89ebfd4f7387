#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: the installed command finds the installed drop-in, also below another
# root (DESTDIR), with the build folder out of sight.
#
# To see it fail: drop cut_bindir in drop-in.c.

. "${srcdir:-.}/tests/check-command.sh"
skip_if_sanitized
skip_if_foreign

make -s -C "$builddir" install-exec DESTDIR="$scratch" >"$scratch/log" 2>&1 || {
	cat "$scratch/log"
	exit 99
}
installed=$(find "$scratch" -type f -name vgetrandom)
preload=$(find "$scratch" -type f -name libvgetrandom-preload.so)
[ -x "$installed" ] || fail "one command is installed: $installed"
[ -r "$preload" ] || fail "one drop-in is installed: $preload"

try "$installed" run --check sh -c 'echo "$LD_PRELOAD"'
status_is 0
out_is "$preload"
err_has 'sh (process [0-9]*): '
