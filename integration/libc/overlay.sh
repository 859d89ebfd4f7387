# SPDX-License-Identifier: MIT
# overlay.sh - sourced by the builds of C libraries with the core inside: gets
# a source package, lays the core and what goes with it over it.
#
# The core's files (src/, arch/, and host-libc.c, which is the same in all C
# libraries) are copied as they are.  What is made of them
# here: names.h, so that a C library defines no name that is a program's, and a
# file for each that includes config.h and it (a C library's makefile has no
# -include).

# Only files whose work the host does itself, or nobody in a C library asks for.
not_in_libc='host-posix|vmclock|opaque|syscall-shim'

say() {
	printf '%s %s\n' "$(date +%H:%M:%S)" "$*"
}

die() {
	say "$*" >&2
	exit 1
}

# version_of SUITE: the glibc of that suite of Debian; nothing: no patch for it.
version_of() {
	case $1 in
	bookworm) echo 2.36 ;;
	trixie) echo 2.41 ;;
	esac
}

default_folder() {	# VERSION
	echo "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/libvgetrandom/glibc-$1"
}

# need COMMAND=PACKAGE...: installs what is missing, if that may be done here.
need() {
	missing=
	for pair in "$@"; do
		command -v "${pair%%=*}" >/dev/null || missing="$missing ${pair##*=}"
	done
	[ "$missing" ] || return 0
	[ "$(id -u)" = 0 ] || die "not installed:$missing"
	say "installing$missing"
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		install $missing >/dev/null </dev/null ||
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get \
			-qq -y --no-install-recommends install $missing \
			>/dev/null </dev/null; } ||
		die "cannot install$missing"
}

# fetch_source PACKAGE SUITE FOLDER: the unpacked source in FOLDER/source.
fetch_source() (
	name=$1
	. "$root/tests/vm/archive.sh"
	cache=$cache/source
	use_archive "$2" "$(dpkg --print-architecture)"
	sed 's/^deb /deb-src /' "$apt_state/sources.list" >"$apt_state/both" &&
		mv "$apt_state/both" "$apt_state/sources.list"
	apt-get -q update >"$apt_log" 2>&1 ||
		cannot "apt-get update: $(tail -n 1 "$apt_log")"
	rm -rf "$3/package" "$3/source"
	mkdir -p "$3/package" && cd "$3/package" || exit
	apt-get -q source --download-only "$name" >>"$apt_log" 2>&1 ||
		cannot "$(tail -n 1 "$apt_log")"
	dpkg-source -x ./*.dsc ../source >>"$apt_log" 2>&1 ||
		cannot "$(tail -n 1 "$apt_log")"
)

# lay_core FOLDER ARCH: FOLDER/core, FOLDER/names.h.
lay_core() {
	rm -rf "$1/core"
	mkdir -p "$1/core/arch"
	cp -R "$root/src" "$root/include" "$1/core/"
	cp -R "$root/arch/$2" "$1/core/arch/"
	mkdir "$1/core/host"
	cp "$root"/integration/libc/host-libc.[ch] "$1/core/host/"
	# The public header alone says that its calls are public: here they are not.
	sed 's/visibility push(default)/visibility push(hidden)/' \
		"$root/include/vgetrandom.h" >"$1/core/include/vgetrandom.h"

	# Every name of ours, but those that are macros: these leave no trace.
	files=$(find "$1/core" -name '*.[chS]')
	# shellcheck disable=SC2086
	grep -ohE '\b(vgr_[a-z0-9_]+|vgetrandom(_[a-z0-9_]+)?)\b' $files | sort -u \
		>"$1/all"
	# shellcheck disable=SC2086
	sed -nE 's/^#[ \t]*define[ \t]+(vgr_[a-z0-9_]+).*/\1/p' $files | sort -u \
		>"$1/macros"
	{
		echo '/* Made from all names of the core. */'
		comm -23 "$1/all" "$1/macros" | sed 's/.*/#define & __&/'
	} >"$1/names.h"
	rm "$1/all" "$1/macros"
}

# core_files FOLDER: those to compile.
core_files() {
	(cd "$1" && find core -name '*.[cS]' | grep -vE "/($not_in_libc)\.[cS]$" | sort)
}

# wrap FILE FOLDER PREFIX: FOLDER/vgr-NAME, which is FILE with our config.h;
# PREFIX leads from FOLDER to FILE.
wrap() {
	printf '#include "config.h"\n#include "%s%s"\n' "$3" "$1" \
		>"$2/vgr-${1##*/}"
}

# copy_project FOLDER: what is in git, or in the tarball.
copy_project() {
	mkdir -p "$1"
	(cd "$root" && { git ls-files -z 2>/dev/null || find . -type f -print0; } |
		tar -c --null -T -) | tar -x -C "$1"
}
