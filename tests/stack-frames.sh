#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: the compiler's own account of the frames says the same as a painted
# stack: no chain of calls from any public function is deeper than 512 bytes,
# and no frame's size depends on what it is called with.
#
# To see it fail: put an array of 600 bytes into vgr_generator_fill.
#
# What is called through a pointer or lies outside is entered by hand below.

srcdir=${srcdir:-.}
builddir=${builddir:-.}
CC=${CC:-cc}
LIMIT=512
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

echo 'int nothing;' >"$work/empty.c"
# shellcheck disable=SC2086
$CC -fcallgraph-info=su -c "$work/empty.c" -o "$work/empty.o" 2>/dev/null ||
	{ echo "SKIP: $CC has no -fcallgraph-info (gcc 10)"; exit 77; }
case " ${CFLAGS-} " in
*' -O0 '*|*-fsanitize*) echo "SKIP: not asked for small frames"; exit 77 ;;
*' -O'*) ;;
*) echo "SKIP: not asked to optimise"; exit 77 ;;
esac

case $($CC -dumpmachine) in
# What a leaf keeps below its frame is not accounted for.
x86_64*) arch=x86_64; CFLAGS="${CFLAGS-} -mno-red-zone" ;;
aarch64*) arch=aarch64 ;;
*) arch=generic ;;
esac
[ -d "$srcdir/arch/$arch" ] || arch=generic
# The vDSO's getrandom, as its code says (Linux 6.18, 7.2).  aarch64's takes the
# calls that lead there over the limit; elsewhere the C core spills, and s390x's
# frames begin at 160 bytes.
vdso=112
case $arch in
aarch64) vdso=128 LIMIT=640 ;;
generic) echo "SKIP: no limit for machines without cores of their own"; exit 77 ;;
esac

for file in "$srcdir"/src/*/*.c "$srcdir/arch/$arch"/*.c; do
	# shellcheck disable=SC2086
	$CC ${CFLAGS-} -std=gnu11 -fno-strict-aliasing -fvisibility=hidden \
		-fcallgraph-info=su,da -include "$builddir/config.h" \
		-I"$srcdir/include" -I"$srcdir/src" -I"$srcdir/src/vgetrandom" \
		-I"$srcdir/src/alloc" -I"$srcdir/src/chacha20" \
		-I"$srcdir/arch/$arch" \
		-S "$file" -o "$work/$(basename "$file" .c).s" || exit 99
done

# "call NAME" and "jump NAME" of each function: what it only jumps to begins
# where it began itself.
awk '
/^[A-Za-z_][A-Za-z0-9_.]*:/ {
	from = $1
	sub(/:.*/, "", from)
	sub(/\.(cold|part|isra|constprop).*/, "", from)
}
$1 ~ /^(call|callq|bl|jmp|jmpq|b)$/ && $2 ~ /^[A-Za-z_]/ {
	to = $2
	sub(/@.*/, "", to)
	sub(/\.(cold|part|isra|constprop).*/, "", to)
	if (to != from)
		print ($1 ~ /^(j|b$)/ ? "jump" : "call"), from, to
}' "$work"/*.s | sort -u >"$work/transfers"

cat "$work/transfers" "$work"/*.ci | awk -v limit=$LIMIT -v vdso=$vdso '
function field(name,   rest) {
	rest = $0
	if (!sub(".*" name ": \"", "", rest))
		return ""
	sub("\".*", "", rest)
	return rest
}
function short(name) {
	sub(".*:", "", name)
	return name
}
# Outside: what they need, return address included.
BEGIN {
	frame["memset"] = frame["memcpy"] = frame["memmove"] = 16
	frame["memcmp"] = frame["strlen"] = frame["strcmp"] = 16
	frame["getauxval"] = 32
	frame["pthread_setspecific"] = 64
	frame["__errno_location"] = frame["___errno_location"] = 8
	frame["vdso"] = vdso
	# The process ends: whoever overflows its stack does so, too.
	ends["abort"] = 1
}
/^call / { is_called[$2, $3] = 1 }
/^jump / { is_jumped_to[$2, $3] = 1 }
/^node:/ {
	name = field("title")
	if (match($0, /[0-9]+ bytes \([a-z,]*\)/)) {
		text = substr($0, RSTART, RLENGTH)
		frame[name] = text + 0
		if (text !~ /static/) {
			print name ": a frame without a limit: " text
			bad = 1
		}
	}
}
/^edge:/ {
	from = field("sourcename")
	to = field("targetname")
	if (to == "__indirect_call") {
		to = "vdso"
		if (from ~ /generator|dispatch/)
			to = "vgr_chacha20_blocks_portable"
	}
	if (!seen[from, to]++)
		calls[from] = calls[from] " " to
}
function is_tail(from, to) {
	from = short(from)
	to = short(to)
	return is_jumped_to[from, to] && !is_called[from, to]
}
function depth(name,   i, n, to, here, most, list) {
	if (name in known)
		return known[name]
	if (name in open) {
		print name ": calls itself"
		bad = 1
		return 0
	}
	if (name ~ /^__aarch64_(cas|swp|ld)/)	# the compiler asks for atomics
		return 0
	if (!(name in frame)) {
		print name ": of unknown depth"
		bad = 1
		return 0
	}
	open[name] = 1
	n = split(calls[name], list, " ")
	for (i = 1; i <= n; i++) {
		to = list[i]
		if (ends[short(to)])
			continue
		here = depth(to)
		if (!is_tail(name, to))
			here += frame[name]
		if (here > most) {
			most = here
			next_of[name] = to
		}
	}
	delete open[name]
	known[name] = most > frame[name] ? most : frame[name]
	return known[name]
}
END {
	for (name in frame)
		if (name ~ /^vgetrandom/)
			public[++n] = name
	if (n < 12) {
		print "only " n + 0 " public functions found"
		bad = 1
	}
	for (i = 1; i <= n; i++) {
		deep = depth(public[i])
		line = ""
		for (name = public[i]; name != ""; name = next_of[name])
			line = line "\n\t" short(name) " " \
			       (is_tail(name, next_of[name] "") ? "jumps" : frame[name])
		if (deep > deepest) {
			deepest = deep
			path = line
		}
		if (deep > limit) {
			print public[i] ": " deep " bytes:" line
			bad = 1
		}
	}
	print "deepest: " deepest " bytes" (bad ? "" : ":" path)
	exit bad
}'
