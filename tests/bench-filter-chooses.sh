#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: "vgetrandom bench" runs what --benchmark_filter asks for and nothing
# else; an argument that makes no sense gets one line that names it, status 2,
# and leaves files as they were.
#
# To see it fail: have bench_options_want return true, or open_output come
# before bench_run_prepare in bench/bench.c.

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
"$builddir/vgetrandom" status | sed -n 's/^memory *tier/tier/p'
# Whole runs take minutes: whoever runs one here has not understood.
bench="timeout 60 $builddir/vgetrandom bench"
status=0
complain() { echo "$*"; status=1; }

list() { $bench --benchmark_list_tests "$@"; }
list >"$work/all" || complain "--benchmark_list_tests: status $?"
grep -qx 'call/syscall/16/threads:1' "$work/all" || complain "no syscall in the list"
grep -q '^squeeze/vgetrandom/' "$work/all" || complain "no squeeze in the list"

list --benchmark_filter='^fork/(syscall|vgetrandom)/' >"$work/some"
[ "$(sort "$work/some")" = "fork/syscall/16
fork/vgetrandom/16" ] || complain "the filter chose: $(cat "$work/some")"
list --benchmark_filter='-^call/' >"$work/rest"
grep -v '^call/' "$work/all" | cmp -s - "$work/rest" ||
	complain "a filter that begins with '-' does not take the rest"

# What runs is what the list says.
$bench --benchmark_filter='^call/(syscall|empty)/4/threads:1$' --sizes=4,8 \
	--threads=1 --alive=1 --benchmark_repetitions=1 \
	--benchmark_min_time=0.00001s >"$work/ran" ||
	complain "a filtered run: status $?"
[ "$(grep -c '^call/' "$work/ran")" = 2 ] || complain "ran: $(cat "$work/ran")"

# Exactly one line, status 2, nothing on standard output.
refused() {
	said=$($bench "$@" 2>&1 >"$work/out")
	[ $? = 2 ] || complain "$*: status is not 2"
	[ "$(printf '%s\n' "$said" | wc -l)" = 1 ] && [ -n "$said" ] ||
		complain "$*: not one line: $said"
	case $said in
	*"$named"*) ;;
	*) complain "$*: does not name $named: $said" ;;
	esac
	[ -s "$work/out" ] && complain "$*: something on standard output"
}
echo kept >"$work/file"
for argument in --benchmark_filter='(' --benchmark_repetitions=0 \
	--benchmark_repetitions=2x --benchmark_min_time=nan \
	--benchmark_min_time=-1 --benchmark_format=xml --sizes= --sizes=16,,4 \
	--sizes=0 --sizes=99999999999999999999 --sizes=64M --threads=-1 \
	--alive=1000000 --baseline=nobody --load=openssl --load=nobody=x \
	--benchmark_out_format=console --no_such_option operand; do
	named=${argument%%=*}
	refused "$argument"
done
named=plot
refused --plot
named=nothing_of_that_name
refused --benchmark_filter=nothing_of_that_name --benchmark_out="$work/file" \
	--plot="$work/file"
[ "$(cat "$work/file")" = kept ] || complain "a refused run wrote to the file"

$bench --benchmark_out=/nonexistent/file --benchmark_filter=call/empty \
	>/dev/null 2>"$work/said" && complain "cannot write, but status 0"
grep -q '/nonexistent/file: No such file' "$work/said" ||
	complain "does not say why the file cannot be written"
exit $status
