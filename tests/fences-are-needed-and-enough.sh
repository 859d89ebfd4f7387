#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Claim: the acquire fence before the last look at a state, the load-acquire of
# the generation before a key is fetched, the sequentially consistent mark of a
# reseed, the release that opens a slot, the acquire of the step into it, and the
# fence between a slot's mark and its wipe are each enough, and each needed: with
# them the bad outcome of a litmus test is never seen by its memory model,
# without them it is.
#
# Each of tests/litmus says Never or Sometimes of itself; herd7 has the models,
# Arm's own and C11's.
#
#   fences-are-needed-and-enough.sh [NAME...]     of tests/litmus, else all
#
# To see it fail: replace DMB ISHLD by DMB ISHST in last-look.litmus, or LDAR by
# LDR in fresh-key.litmus.

here=${srcdir:-.}/tests
models=
if command -v herd7 >/dev/null; then
	herd() { herd7 "$@"; }
elif [ -n "${VGR_TEST_FULL:-}" ]; then
	tree=$("$here/vm/fetch-tree" forky herdtools7) ||
		{ echo "SKIP: no herd7 here, and none to be fetched"; exit 77; }
	models="-set-libdir $tree/usr/share/herdtools7/herd"
	herd() { "$here/vm/run-in-tree" "$tree" herd7 "$@"; }
else
	echo "SKIP: no herd7 here; VGR_TEST_FULL=1 fetches it"
	exit 77
fi

failed=0 count=0
wanted_count=17
if [ $# = 0 ]; then
	set -- "$here"/litmus/*.litmus
else
	wanted_count=$#
	for name; do
		set -- "$@" "$here/litmus/$name.litmus"
		shift
	done
fi
for test; do
	wanted=$(grep -m 1 -oE '(Never|Sometimes):' "$test")
	model=
	case $(head -n 1 "$test") in 'C '*) model='-model rc11.cat' ;; esac
	# shellcheck disable=SC2086
	seen=$(herd $models $model "$test" 2>&1 | sed -n 's/^Observation //p')
	echo "${seen:-$test: no answer}"
	case $seen in
	*" ${wanted%:} "*) ;;
	*) echo "not true: ${wanted:-Never or Sometimes:} (of $test)"; failed=1 ;;
	esac
	count=$((count + 1))
done
[ $count -ge $wanted_count ] || { echo "only $count litmus tests"; exit 99; }
exit $failed
