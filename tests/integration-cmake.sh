#!/bin/sh
# SPDX-License-Identifier: MIT
# Claim: after "make install" find_package(vgetrandom) finds the library, also
# when the whole was moved elsewhere; a program links with it, shared and
# static; and a version that is too new, or another major one, is refused.
#
# To see it fail: name another file than libvgetrandom.a for ::static in
# vgetrandom-config.cmake.in, or drop "VERSION_GREATER" from the version file.

: "${srcdir:=.}" "${builddir:=.}" "${CC:=cc}"

command -v cmake >/dev/null || { echo "SKIP: no cmake"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL

# Elsewhere: what DESTDIR put there is not where the prefix says it is.
(cd "$builddir" && ${MAKE:-make} install DESTDIR="$work/root") \
	>"$work/said" 2>&1 || { tail "$work/said"; exit 1; }
config=$(find "$work/root" -name vgetrandom-config.cmake)
[ -n "$config" ] || { echo "no vgetrandom-config.cmake was installed"; exit 1; }

mkdir "$work/project"
cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.10)
project(try C)
find_package(vgetrandom ${WANTED} REQUIRED)
add_executable(shared try.c)
target_link_libraries(shared vgetrandom::vgetrandom)
if(TARGET vgetrandom::static)
	add_executable(static try.c)
	target_link_libraries(static vgetrandom::static)
endif()
END
cat >"$work/project/try.c" <<'END'
#include <stdio.h>
#include <vgetrandom.h>

int main(void)
{
	printf("%s: %08x\n", vgetrandom_version(), vgetrandom_u32());
	return 0;
}
END

find_it() {
	rm -rf "$work/build"
	cmake -S "$work/project" -B "$work/build" -DWANTED="$1" \
		-Dvgetrandom_DIR="$(dirname "$config")" \
		-DCMAKE_C_COMPILER="${CC%% *}" -DCMAKE_C_FLAGS="$CFLAGS" \
		>"$work/said" 2>&1
}

version=$(sed -n 's/#define VGETRANDOM_VERSION_STRING "\(.*\)"/\1/p' \
	"$srcdir/include/vgetrandom.h")
major=${version%%.*}
for bad in "$major.9999" "$((major + 1)).0"; do
	find_it "$bad" && { echo "$version was taken for $bad"; exit 1; }
done
for good in "" "$version" "$version;EXACT" "${version%.*}"; do
	find_it "$good" || { cat "$work/said"; echo "not found: $good"; exit 1; }
done

cmake --build "$work/build" >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
for program in shared static; do
	if [ $program = static ] &&
	   [ -z "$(find "$work/root" -name libvgetrandom.a)" ]; then
		continue
	fi
	echo "$program: $(VGETRANDOM_VERBOSE=1 "$work/build/$program" 2>&1)"
	"$work/build/$program" | grep -q "^$version: " || exit 1
done
