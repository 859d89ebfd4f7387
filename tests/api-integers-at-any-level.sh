#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: however the compiler is asked to optimise, vgetrandom_u64() and _u32()
# give what was drawn: no zero and no number twice in a thousand.
#
# To see it fail: in section.h, end vgr_section_draw_u64 as vgr_section_draw ends,
# with a label (gcc 12.2); or return before the drawn value is stored.

srcdir=${srcdir:-.}
builddir=${builddir:-.}
CC=${CC:-cc}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
core=$builddir/.libs/libcore.a
[ -f "$core" ] || { echo "SKIP: no static library of the core"; exit 77; }
case " ${CFLAGS-} " in
*-fsanitize*) echo "SKIP: not with a sanitizer"; exit 77 ;;
esac
case $($CC -dumpmachine) in
x86_64*) arch=x86_64 ;;
aarch64*) arch=aarch64 ;;
*) arch=generic ;;
esac

cat >"$work/draw.c" <<'EOF'
#include <stdio.h>
#include <stdlib.h>

#include "vgetrandom.h"

#define N 1000

static int compare(const void *a, const void *b)
{
	unsigned long long x = *(const unsigned long long *)a;
	unsigned long long y = *(const unsigned long long *)b;

	return x < y ? -1 : x > y;
}

int main(void)
{
	static unsigned long long draws[2 * N];
	int i, nbad = 0;

	for (i = 0; i < N; i++)
		draws[i] = vgetrandom_u64();
	/* In pairs: two of a thousand may well be alike in 32 bits. */
	for (; i < 2 * N; i++) {
		draws[i] = (unsigned long long)vgetrandom_u32() << 32;
		draws[i] |= vgetrandom_u32();
		nbad += !(draws[i] >> 32) + !(draws[i] & 0xffffffff) +
			(draws[i] >> 32 == (draws[i] & 0xffffffff));
	}
	qsort(draws, 2 * N, sizeof(draws[0]), compare);
	nbad += !draws[0];
	for (i = 1; i < 2 * N; i++)
		nbad += draws[i] == draws[i - 1];
	printf("%d of %d\n", nbad, 3 * N);
	return nbad != 0;
}
EOF

include="-include $builddir/config.h -I$srcdir/include -I$srcdir/src
	-I$srcdir/src/vgetrandom -I$srcdir/src/alloc -I$srcdir/src/chacha20
	-I$srcdir/arch/$arch"
status=0
while IFS= read -r options; do
	# shellcheck disable=SC2086
	$CC -std=gnu11 -w $options -fno-strict-aliasing -fvisibility=hidden \
		$include -c "$srcdir/src/vgetrandom/api.c" -o "$work/api.o" \
		2>"$work/said" || { echo "$options: not by $CC"; continue; }
	# shellcheck disable=SC2086
	$CC ${LDFLAGS-} -I"$srcdir/include" "$work/draw.c" "$work/api.o" \
		"$core" -lpthread -o "$work/draw" || exit 99
	printf '%-28s bad: ' "$options"
	"$work/draw" || status=1
done <<'EOF'
-O0
-Og
-O1
-Os
-O2
-O2 -fno-tree-coalesce-vars
-O3
EOF
exit $status
