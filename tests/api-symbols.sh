#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: the shared library exports what the header declares and the version
# script lists, each under its version, and nothing else; the static one names
# everything vgr_* or vgetrandom*; neither asks libc for memory, locks, stdio or
# the dynamic linker; and the shared one may not be unloaded, nor has it an
# executable stack.
#
# To see it fail: take a name out of src/libvgetrandom.map, or call malloc.

srcdir=${srcdir:-.}
builddir=${builddir:-.}
shared=$builddir/.libs/libvgetrandom.so
static=$builddir/.libs/libvgetrandom.a
map=$srcdir/src/libvgetrandom.map
status=0

for tool in nm readelf; do
	command -v $tool >/dev/null || { echo "SKIP: no $tool"; exit 77; }
done
[ -e "$shared" ] || { echo "SKIP: no shared library was built"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

fail() {
	echo "$*"
	status=1
}

# "vgetrandom_u32(" in the header, without its comments.
${CC:-cc} -E "$srcdir/include/vgetrandom.h" |
	grep -oE '\bvgetrandom[a-z0-9_]*\(' | tr -d '(' | sort -u \
	>"$work/declared"
grep -oE '^	vgetrandom[a-z0-9_]*;' "$map" | tr -d '	;' | sort -u \
	>"$work/listed"
nm -D --defined-only "$shared" | awk '$2 != "A" { print $3 }' | sort -u \
	>"$work/exported"
version=$(sed -n 's/^\(VGETRANDOM_[0-9.]*\) {.*/\1/p' "$map")

cmp -s "$work/declared" "$work/listed" || {
	fail "the header (<) and the version script (>) differ:"
	diff "$work/declared" "$work/listed"
}
sed "s/\$/@@$version/" "$work/listed" >"$work/wanted"
cmp -s "$work/wanted" "$work/exported" || {
	fail "what should be exported (<) and what is (>) differ:"
	diff "$work/wanted" "$work/exported"
}
[ -s "$work/declared" ] || fail "no declaration was found in the header"

# A sanitizer's own names are not ours to choose.
if [ -e "$static" ]; then
	nm -g --defined-only "$static" 2>/dev/null | awk 'NF == 3 { print $3 }' |
		grep -vE '^(vgr_|vgetrandom|__x86\.get_pc_thunk)|asan' >"$work/strangers" &&
		fail "global names in $static:" "$(cat "$work/strangers")"
else
	echo "no static library was built: not looked at"
fi

nm -D --undefined-only "$shared" | awk '{ sub("@.*", "", $2); print $2 }' |
	grep -xE '(m|c|re|aligned_)?alloc|posix_memalign|free|f?printf|f?puts|f?open|fwrite|dlsym|dlopen|pthread_(mutex|rwlock|cond|once).*' \
	>"$work/unwanted" &&
	fail "the library calls:" "$(cat "$work/unwanted")"

readelf -d "$shared" >"$work/dynamic"
grep -q 'Flags:.*NODELETE' "$work/dynamic" || fail "it may be unloaded"
grep -q 'Flags:.*NOW' "$work/dynamic" || fail "it resolves names lazily"
grep -q TEXTREL "$work/dynamic" && fail "it has text relocations"
readelf -lW "$shared" | grep -q 'GNU_STACK.* RWE ' &&
	fail "it wants an executable stack"

exit $status
