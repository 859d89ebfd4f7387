#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: the hosts inside glibc and musl answer all that the core asks of the
# files that are not there with it, so that a change of the core does not break
# builds that take too long to be made each time.
#
# To see it fail: take a function out of integration/musl/vgetrandom/host-musl.c.

srcdir=${srcdir:-.}
builddir=${builddir:-.}
status=0

command -v nm >/dev/null || { echo "SKIP: no nm"; exit 77; }
not_in_libc=$(sed -n "s/^not_in_libc='\(.*\)'/\1/p" \
	"$srcdir/integration/libc/overlay.sh")
[ "$not_in_libc" ] || exit 99

# Objects of the core, as the build has left them: those in libc, or the others.
objects() {
	find "$builddir/src" "$builddir/arch" -name '*.o' ! -path '*/.libs/*' |
		grep "$1" -E "/($not_in_libc)\.o$"
}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
objects -v >"$work/inside"
objects -h >"$work/outside"
if ! grep -q /api.o "$work/inside" || ! grep -q /host-posix.o "$work/outside"; then
	echo "SKIP: no objects of the core here"
	exit 77
fi
xargs nm <"$work/inside" | awk '$1 == "U" { print $2 }' | sort -u >"$work/asked"
xargs nm <"$work/outside" | awk '$2 ~ /[A-TV-Z]/ { print $3 }' | sort -u >"$work/answered"
comm -12 "$work/asked" "$work/answered" >"$work/missing"
[ -s "$work/missing" ] || { echo "nothing is asked of the host?"; exit 99; }

for host in glibc musl; do
	while read -r name; do
		grep -qE "^[a-z].*[ *]$name\(.*[^;]$" \
			"$srcdir/integration/$host/vgetrandom/host-$host.c" \
			"$srcdir/integration/libc/host-libc.c" || {
			echo "neither host-$host.c nor host-libc.c has $name"
			status=1
		}
	done <"$work/missing"
done
exit $status
