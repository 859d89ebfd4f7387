#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: "vgetrandom bench --plot" draws well-formed SVG whose shapes and words
# lie within the picture, also when little was measured, and names each peer.
#
# To see it fail: set WIDTH in bench/plot.c to 1000, or leave the label out of
# print_series in bench/svg.c.

command -v python3 >/dev/null || { echo "SKIP: no python3 to read it"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
"$builddir/vgetrandom" status | sed -n 's/^memory *tier/tier/p'
status=0

# Name, and the options of a run.
draw() {
	name=$1
	shift
	"$builddir/vgetrandom" bench --benchmark_repetitions=2 "$@" \
		--benchmark_min_time=0.00001 --plot="$work/$name.svg" \
		>"$work/out" || { echo "$name: bench failed"; status=1; return; }
	python3 - "$work/$name.svg" "$work/out" <<'END' || status=1
import re, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
width, height = float(root.get("width")), float(root.get("height"))
words = []
for shape in root.iter():
    tag = shape.tag.split("}")[1]
    xs = [float(shape.get(key)) for key in ("x", "x1", "x2", "cx") if shape.get(key)]
    ys = [float(shape.get(key)) for key in ("y", "y1", "y2", "cy") if shape.get(key)]
    for point in (shape.get("points") or "").split():
        x, y = point.split(",")
        xs.append(float(x)), ys.append(float(y))
    if tag == "text":
        words.append(shape.text)
        # About 0.62 of the size is a letter's width.
        reach = len(shape.text) * 0.62 * float(shape.get("font-size"))
        anchor = shape.get("text-anchor") or "start"
        xs += [xs[0] + reach] if anchor == "start" else [xs[0] - reach] if anchor == "end" else []
    assert all(0 <= x <= width for x in xs), (tag, shape.attrib, shape.text)
    assert all(0 <= y <= height for y in ys), (tag, shape.attrib, shape.text)
named = " ".join(words).replace(",", " ").split()
for line in open(sys.argv[2]):
    match = re.match(r"call/([^/]*)/16/", line)
    if match and match.group(1) != "empty":
        assert match.group(1) in named, f"{match.group(1)} is not named"
print(sys.argv[1].rsplit("/", 1)[1], len(list(root.iter())), "shapes")
END
}

draw usual --sizes=1,16,32,1K --threads=1,2 --benchmark_filter='^call/'
draw one-point --sizes=16 --threads=1 --benchmark_filter='^call/syscall/'
draw nothing-drawn --benchmark_filter='^first/(empty|syscall)/'
exit $status
