#!/bin/bash
# SPDX-License-Identifier: MIT
# Claim: each core's stream, and the one that many threads' small draws make
# together, pass rngtest, ent and (with VGR_TEST_FULL=1) dieharder.
#
# THIS IS NO EVIDENCE OF SECURITY.  A counter run through any cipher passes, and
# so does a generator whose key everybody knows.  What these tests can find is
# a plain mistake: bytes repeated, left zero, or not written.
#
# To see it fail: VGR_TEST_SPOIL=1 judges a stream that repeats a page of 4 KiB;
# or let generator.c move the position one byte too little.

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$builddir" || exit 99
status=0
complain() { echo "  not true: $*"; status=1; }

for tool in rngtest ent; do
	command -v $tool >/dev/null ||
		{ echo "SKIP: $tool is not installed (rng-tools5, ent)"; exit 77; }
done
echo "No evidence of security: these tests find plain mistakes only."
./vgetrandom status | sed -n 's/^memory *tier/tier/p'

MIB=8
# FIPS 140-2's limits refuse 0.08 % of good blocks of 2500 bytes: 2.7 of these
# 3355 are expected, and more than 16 in one run of 100 million.
judge_rngtest() {
	local failures
	failures=$(rngtest <"$1" 2>&1 | sed -n 's/.*FIPS 140-2 failures: //p')
	echo "  rngtest: $failures blocks refused of $((MIB * 1024 * 1024 / 2500))"
	[ -n "$failures" ] && [ "$failures" -le 16 ]
}

# Entropy per byte, chi square within 0.001 and 99.999 %, serial correlation
# (six standard deviations are 0.0021).
judge_ent() {
	ent -t "$1" | tail -n 1 >"$work/ent"
	local entropy chi correlation
	IFS=, read -r _ _ entropy chi _ _ correlation <"$work/ent"
	echo "  ent: $entropy bits a byte, chi square $chi, correlation $correlation"
	awk -v h="$entropy" -v chi="$chi" -v c="$correlation" 'BEGIN {
		# Wilson and Hilferty: chi square of 255 degrees as a normal value
		d = 2 / (9 * 255); z = ((chi / 255) ^ (1/3) - (1 - d)) / sqrt(d)
		exit !(h > 7.9999 && z > -4.3 && z < 4.3 && c < 0.0021 && c > -0.0021)
	}'
}

# dieharder says FAILED at one in a million; WEAK is to be expected of some.
judge_dieharder() {
	local number
	for number in 0 8 10 11 15 100 101 102 204 205 206 207 208 209; do
		"${stream[@]}" 1000000000000 2>/dev/null |
			dieharder -g 200 -d $number 2>&1 | grep '|' |
			grep -E 'PASSED|WEAK|FAILED'
	done >"$work/dieharder"
	echo "  dieharder: $(grep -c PASSED "$work/dieharder") passed," \
		"$(grep -c WEAK "$work/dieharder") weak," \
		"$(grep -c FAILED "$work/dieharder") failed"
	grep FAILED "$work/dieharder"
	! grep -q FAILED "$work/dieharder" && grep -q PASSED "$work/dieharder"
}

# A stream is a command to which the number of bytes is added.  One that fails
# gets a second chance with other bytes: chance does not fail twice.
judge() {
	local name=$1 tool
	shift
	stream=("$@")
	echo "$name"
	for tool in "${tools[@]}"; do
		"${stream[@]}" $((MIB * 1024 * 1024)) >"$work/bytes" ||
			{ complain "$name: no stream"; return; }
		"judge_$tool" "$work/bytes" && continue
		echo "  once more, with other bytes"
		"${stream[@]}" $((MIB * 1024 * 1024)) >"$work/bytes"
		"judge_$tool" "$work/bytes" || complain "$name: $tool refuses it"
	done
}

tools=(rngtest ent)
if [ -n "$VGR_TEST_FULL" ]; then
	if command -v dieharder >/dev/null; then
		tools+=(dieharder)
	else
		echo "not tried: dieharder is not installed"
	fi
else
	echo "not tried: dieharder takes minutes (VGR_TEST_FULL=1)"
fi

repeat_a_page() {
	./vgetrandom bytes -n 4096 >"$work/page"
	while cat "$work/page"; do :; done 2>/dev/null | head -c "$1"
}
if [ -n "$VGR_TEST_SPOIL" ]; then
	judge "a repeated page" repeat_a_page
	exit $status
fi

cores=$(./vgetrandom bench --benchmark_list_tests \
	--benchmark_filter='^first/vgetrandom-' |
	sed 's|first/vgetrandom-\(.*\)/.*|\1|')
[ -n "$cores" ] || { echo "no cores?"; exit 99; }
for core in $cores; do
	judge "core $core" env VGETRANDOM_CORE="$core" ./vgetrandom bytes -n
done
judge "64 threads' small draws" bench/many-threads 64
exit $status
