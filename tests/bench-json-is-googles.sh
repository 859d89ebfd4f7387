#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: "vgetrandom bench" writes the JSON of Google Benchmark: its compare.py
# (where it is installed) reads it, each row has what that needs, and there is
# one row for each round; the CSV has as many fields in each row as in its head.
#
# To see it fail: take "run_name" or a comma out of bench/print-json.c, or a
# comma out of print_row in bench/print-csv.c.

command -v python3 >/dev/null || { echo "SKIP: no python3 to read it"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
"$builddir/vgetrandom" status | sed -n 's/^memory *tier/tier/p'

"$builddir/vgetrandom" bench --benchmark_repetitions=3 --alive=2 \
	--benchmark_min_time=0.00001 --sizes=16 --threads=1,2 \
	--benchmark_filter='/(vgetrandom|syscall|empty)/16' \
	--benchmark_format=csv --benchmark_out="$work/out.json" \
	>"$work/out.csv" || { echo "bench failed"; exit 1; }

python3 - "$work/out.json" "$work/out.csv" <<'END' || exit 1
import csv, json, sys
run = json.load(open(sys.argv[1]))
context, rows = run["context"], run["benchmarks"]
for key in "date", "num_cpus", "mhz_per_cpu", "caches", "load_avg", "noise":
    assert key in context, f"no {key} in the context"
assert "present vgetrandom" in context
rounds = {}
for row in rows:
    for key in ("name", "run_name", "run_type", "repetitions", "threads",
                "iterations", "real_time", "cpu_time", "time_unit"):
        assert key in row, f"no {key} in {row}"
    assert not row.get("error_occurred") or "squeeze" in row["name"], row
    if row["run_type"] == "iteration" and not row.get("error_occurred"):
        assert row["real_time"] > 0 and row["iterations"] > 0, row
        rounds.setdefault(row["run_name"], []).append(row["repetition_index"])
        assert row["name"] == row["run_name"], row
    elif row["run_type"] == "aggregate":
        assert row["name"] == row["run_name"] + "_" + row["aggregate_name"], row
for name, indexes in rounds.items():
    assert indexes == [0, 1, 2], f"{name}: rounds {indexes}"
families = {name.split("/")[0] for name in rounds}
assert families >= {"call", "first", "alive", "churn", "fork", "cold"}, families
table = list(csv.reader(open(sys.argv[2])))
assert table[0][:5] == ["name", "iterations", "real_time", "cpu_time", "time_unit"]
for row in table:
    assert len(row) == len(table[0]), f"fields: {row}"
assert {row[0] for row in table} >= set(rounds), "rows are missing in the CSV"
print(f"{len(rounds)} benchmarks, {len(rows)} rows")
END

compare=/usr/share/benchmark/compare.py
if ! [ -f $compare ]; then
	echo "not tried: compare.py (libbenchmark-tools) is not installed"
elif ! /usr/bin/python3 -c 'import scipy' 2>/dev/null; then
	echo "not tried: compare.py needs python3-scipy"
else
	/usr/bin/python3 $compare --no-color benchmarks "$work/out.json" \
		"$work/out.json" >"$work/compared" || exit 1
	grep -q '^call/vgetrandom/16/threads:1_median  *+0.0000' "$work/compared" ||
		{ echo "compare.py does not see our median"; exit 1; }
	echo "compare.py reads it"
fi
