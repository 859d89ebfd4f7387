#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: "vgetrandom bench" needs none of the libraries it measures: one that
# cannot be loaded is named as absent, with the reason, and the rest is measured.
# A peer whose bytes are not random gets no numbers.
#
# To see it fail: let bench_worker_start leave is_absent false, or drop the
# comparisons from measure_check in bench/measure.c.

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
"$builddir/vgetrandom" status | sed -n 's/^memory *tier/tier/p'
status=0
complain() { echo "$*"; status=1; }

# A RAND_bytes that always gives the same.
cat >"$work/same.c" <<'END'
int RAND_bytes(unsigned char *buf, int len)
{
	while (len--)
		buf[len] = 0x5a;
	return 1;
}
END
$CC -shared -fPIC -o "$work/same.so" "$work/same.c" || exit 99

"$builddir/vgetrandom" bench --load=libbsd=/nonexistent/libbsd.so \
	--load=gnutls="$work/same.so" --load=openssl="$work/same.so" \
	--benchmark_filter='^call/(libbsd|gnutls|openssl|syscall)/16/threads:1$' \
	--sizes=16 --benchmark_repetitions=1 --benchmark_min_time=0.00001 \
	--benchmark_out="$work/report.md" --benchmark_out_format=markdown \
	>"$work/out" || complain "status $?"

grep -q '^absent  libbsd .*/nonexistent/libbsd.so' "$work/out" ||
	complain "libbsd is not named as absent, with the reason"
grep -q '^absent  gnutls .*gnutls_rnd' "$work/out" ||
	complain "a library without the function is not absent"
grep -q '^absent  openssl .*not random' "$work/out" ||
	complain "a constant generator is not refused"
grep -q '^call/libbsd\|^call/gnutls\|^call/openssl' "$work/out" &&
	complain "an absent peer got a row"
grep -q '^call/syscall/16' "$work/out" || complain "the rest was not measured"
grep -q '^| libbsd .*absent.*nonexistent' "$work/report.md" ||
	complain "the report does not name who was absent"
exit $status
