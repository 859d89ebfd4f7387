# SPDX-License-Identifier: MIT
# archive.sh - sourced: packages of another suite of the Debian archive that
# this machine's apt already uses, with an apt state of its own.  Nothing of
# the system's apt changes, and nothing is installed.

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/libvgetrandom

# There is no such thing to be had here: a reason to skip.
cannot() {
	echo "${name:-$0}: $*" >&2
	exit 77
}

# The archive's address: of the first source whose path is Debian's.  One-line
# and deb822 sources both say type, then address.
archive_address() {
	{
		cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list |
			sed -n 's/^deb *\(\[[^]]*\]\)\{0,1\} *\([^ ]*\/debian\/\{0,1\}\) .*/\2/p'
		cat /etc/apt/sources.list.d/*.sources |
			sed -n 's/^URIs: *\([^ ]*\/debian\/\{0,1\}\) *$/\1/p'
	} 2>/dev/null | head -n 1
}

# use_archive SUITE ARCH: apt-get and apt-cache mean that suite from here on.
# What apt has to say goes to $apt_log.
use_archive() {
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
		cannot "no apt here"
	address=$(archive_address)
	[ "$address" ] || cannot "apt has no Debian archive here"
	keys=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -f $keys ] || cannot "no keyring of the Debian archive here"

	apt_state=$cache/apt/$1-$2
	apt_log=$apt_state/log
	mkdir -p "$apt_state/lists/partial" "$apt_state/cache/archives/partial"
	: >"$apt_state/status"
	echo "deb [signed-by=$keys arch=$2] $address $1 main" >"$apt_state/sources.list"
	cat >"$apt_state/apt.conf" <<-END
		Dir::Etc::sourcelist "$apt_state/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::State "$apt_state";
		Dir::State::status "$apt_state/status";
		Dir::Cache "$apt_state/cache";
		APT::Architecture "$2";
		#clear APT::Architectures;
		APT::Architectures { "$2"; };
		APT::Install-Recommends "false";
		Acquire::Languages "none";
		APT::Sandbox::User "root";
	END
	APT_CONFIG=$apt_state/apt.conf
	export APT_CONFIG
	apt-get -q update >"$apt_log" 2>&1 ||
		cannot "apt-get update: $(tail -n 1 "$apt_log")"
}
