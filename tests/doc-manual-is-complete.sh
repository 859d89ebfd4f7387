#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: each exported call is in the synopsis of a manual page and can be found
# by its own name; each environment variable that the code reads is described,
# and none that it does not read; so is the name of each core.
#
# To see it fail: take the .Fn of vgetrandom_u32 out of doc/vgetrandom.3, its
# line out of MAN_LINKS in Makefile.am, or a variable, or a core, out of
# libvgetrandom.7.

: "${srcdir:=.}"

status=0
complain() { echo "$*"; status=1; }

exported=$(sed -n 's/^\t\(vgetrandom[a-z0-9_]*\);.*/\1/p' \
	"$srcdir/src/libvgetrandom.map")
[ -n "$exported" ] || { echo "no calls in libvgetrandom.map?"; exit 99; }
synopses=$(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$srcdir"/doc/*.3)
for call in $exported; do
	echo "$synopses" | grep -q "^\\.F[no] $call\\b" ||
		complain "$call is in no synopsis"
	[ -f "$srcdir/doc/$call.3" ] ||
		grep -q "^[[:space:]]*$call\\.3:" "$srcdir/Makefile.am" ||
		complain "man $call would find nothing"
done

read_by_code=$(grep -rhoE '"VGETRANDOM_[A-Z]+"' "$srcdir/src" \
	"$srcdir/preload" "$srcdir/command" --include='*.[ch]' 2>/dev/null |
	tr -d '"' | sort -u)
described=$(sed -n 's/^\.It Ev //p' "$srcdir/doc/libvgetrandom.7" | sort -u)
for name in $read_by_code; do
	echo "$described" | grep -qx "$name" ||
		complain "$name is read and not described"
done
for name in $described; do
	echo "$read_by_code" | grep -qx "$name" ||
		complain "$name is described and not read"
done

named=$(sed -n '/^\.It Ev VGETRANDOM_CORE/,/^\.It Ev VGETRANDOM_MEMORY/p' \
	"$srcdir/doc/libvgetrandom.7")
for core in $(sed -n 's/^\t{ "\([a-z0-9]*\)",.*/\1/p' "$srcdir"/arch/*/impls.c |
		sort -u); do
	echo "$named" | grep -q "^\.Dq $core\b" ||
		complain "core $core is not described"
done
exit $status
