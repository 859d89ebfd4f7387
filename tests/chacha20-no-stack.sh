#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: no assembly core has a stack access, a call, or an address or branch
# that could depend on data; and tools/check-cores, who says so, notices each.
#
# To see it fail: plant one of the lines below in a core by hand.
#
# CORES names the objects; without it they are looked for under arch/.

srcdir=${srcdir:-.}
CC=${CC:-cc}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

command -v "${OBJDUMP:-objdump}" >/dev/null ||
	{ echo "SKIP: no objdump"; exit 77; }

machine=$($CC -dumpmachine)
case $machine in
x86_64*)  arch=x86_64 ;;
aarch64*) arch=aarch64 ;;
*) echo "SKIP: no assembly cores for $machine"; exit 77 ;;
esac

CORES=${CORES:-$(find "${builddir:-.}/arch/$arch" -name 'chacha20-*.o')}
[ -n "$CORES" ] || { echo "no objects of cores under arch/$arch"; exit 99; }

# shellcheck disable=SC2086
"$srcdir/tools/check-cores" $CORES || exit 1
echo "clean:" $CORES

# Each line, planted as the first of a real core, must be noticed.
plants_x86_64='
push %rbx
mov %rcx, -8(%rsp)
sub $64, %rsp
mov %rbp, %rax
movdqu %xmm0, -24(%rsp)
call vgr_chacha20_blocks_portable
jmp *%rax
mov (%rdi,%rax,4), %eax
mov (%rax), %eax
movzbl 3(%rsi,%r8), %eax
test %r8, %r8; jnz .Lwipe
cmp %r8, %rcx; je .Lwipe
cmp $1, %r8; je .Lwipe
cmp $0, %r8; cmovz %rdi, %rax
div %rcx
'
plants_aarch64='
str x3, [sp, #-16]!
stp x29, x30, [x0]
bl vgr_chacha20_blocks_portable
br x4
ldr w4, [x1, x5]
ldr w4, [x1, w5, uxtw #2]
ldr w4, [x2]
ldp w4, w5, [x4, #8]
cbz w5, .Lwipe
tbnz x6, #3, .Lwipe
cmp x5, #1; b.eq .Lwipe
cmp x3, x5; b.eq .Lwipe
adds x5, x5, x6; adc x7, x7, x7
tst x5, #1; csel x6, x6, x7, eq
udiv x4, x5, x6
'
eval "plants=\$plants_$arch"

core=$(ls "$srcdir/arch/$arch"/chacha20-*.S | tail -n 1)
missed=0
count=0
printf '%s' "$plants" >"$work/plants"
while IFS= read -r plant; do
	[ -n "$plant" ] || continue
	count=$((count + 1))
	awk -v plant="$plant" '{ print } /^FUNCTION\(/ { print "\t" plant }' \
		"$core" >"$work/planted.S"
	$CC -I"$srcdir/arch/$arch" -c "$work/planted.S" -o "$work/planted.o" ||
		{ echo "cannot assemble: $plant"; exit 99; }
	if "$srcdir/tools/check-cores" "$work/planted.o" >"$work/said"; then
		echo "not noticed: $plant"
		missed=1
	fi
done <"$work/plants"

echo "$count plants in $core"
[ "$count" -gt 0 ] && exit $missed
exit 99
