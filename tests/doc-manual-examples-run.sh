#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: the programs in the manual pages compile as they stand there, without a
# warning, and run.
#
# To see it fail: misspell a call in an example of doc/vgetrandom.3.

: "${srcdir:=.}" "${builddir:=.}" "${CC:=cc}"

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
top=$(cd "$srcdir" && pwd)
cd "$builddir" || exit 99
nprograms=0

for page in "$top"/doc/*.3; do
	[ -f "$page" ] || continue
	# libsodium may be missing here, and our table for it with that.
	more=
	case $page in
	*-sodium.3)
		[ -f libvgetrandom-sodium.la ] || continue
		more="libvgetrandom-sodium.la -lsodium"
		;;
	esac
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
			-I"$top/include" -I"$top/integration/libsodium" \
			-o "$work/program" "$program" \
			$more libvgetrandom.la || exit 1
		VGETRANDOM_VERBOSE=1 "$work/program" >"$work/said" 2>&1
		status=$?
		cat "$work/said"
		# It says itself that states need droppable memory.
		case $page in
		*_opaque.3) grep -q 'memory droppable' "$work/said" || status=0 ;;
		esac
		[ $status = 0 ] || exit 1
		nprograms=$((nprograms + 1))
	done
done
[ $nprograms -ge 4 ] || { echo "only $nprograms programs found"; exit 1; }
