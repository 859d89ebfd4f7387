#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: the programs in the manual pages compile as they stand there, without a
# warning, and run.
#
# To see it fail: misspell a call in an example of doc/vgetrandom.3.

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
here=$(pwd)
cd "$builddir" || exit 99
nprograms=0

for page in "$here/$srcdir"/doc/*.3 "$srcdir"/doc/*.3; do
	[ -f "$page" ] || continue
	rm -f "$work"/*.c
	# Whole programs are the literal displays that hold a main().
	awk -v dir="$work" '
		/^\.Bd -literal/ { text = ""; inside = 1; next }
		/^\.Ed/ {
			if (inside && text ~ /int main\(/)
				printf "%s", text > (dir "/" ++n ".c")
			inside = 0
		}
		inside { gsub(/\\e/, "\\"); text = text $0 "\n" }
	' "$page"
	for program in "$work"/*.c; do
		[ -f "$program" ] || continue
		echo "$(basename "$page"), program $(basename "$program" .c):"
		./libtool --quiet --tag=CC --mode=link $CC $CFLAGS -Wall -Werror \
			-I"$here/$srcdir/include" -I"$srcdir/include" \
			-o "$work/program" "$program" libvgetrandom.la || exit 1
		VGETRANDOM_VERBOSE=1 "$work/program" || exit 1
		nprograms=$((nprograms + 1))
	done
done
[ $nprograms -ge 4 ] || { echo "only $nprograms programs found"; exit 1; }
