#!/usr/bin/env bash
# Collects the Debian 12 libraries that roiflow is built from, for a machine without network.
#
#   apps/offline_packages.sh -o FOLDER
#
# Runs on Debian 12 with network, without root, and changes nothing there. FOLDER gets the packages,
# their SHA256SUMS and unpack.sh, which unpacks them below any prefix, also on another distribution
# (dpkg-deb and glibc 2.36 or newer are enough). Compiler, C and C++ library, CMake and Ninja are the
# other machine's own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=apps/packages.sh
source "$here/packages.sh"

# What comes with any g++ is not collected, nor anything that only it needs. (debconf: libssl3 names it;
# unpacking needs nothing of it.)
taken_as_there=(libc6 libc6-dev libc-dev libgcc-s1 libstdc++6 libstdc++-12-dev libgomp1 debconf)

fail() { echo "offline_packages: $1" >&2; exit "${2:-64}"; }

[ "$#" -eq 2 ] && [ "$1" = -o ] || fail "usage: apps/offline_packages.sh -o FOLDER"
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ "$codename" = bookworm ] || fail "must run on Debian 12 (bookworm), found '${codename}'; a container will do" 69
mkdir -p "$2"
out=$(cd "$2" && pwd)
[ -z "$(ls -A "$out")" ] || fail "$out is not empty" 73

# apt with lists and state of its own, so that neither root nor this machine's packages matter.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
for package in "${taken_as_there[@]}"; do
  printf '%s\n' "Package: $package" "Status: install ok installed" "Version: 999" "Multi-Arch: same" \
    "Architecture: $(dpkg --print-architecture)" "Maintainer: -" "Description: -" ""
done >"$work/status"
cat >"$work/apt.conf" <<EOF
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un)";
EOF
export APT_CONFIG=$work/apt.conf
apt-get -qq update

apt-get -s install "${build_libraries[@]}" "${test_libraries[@]}" >"$work/plan"
# Lines are: Inst NAME (VERSION ...)
mapfile -t packages < <(awk '$1 == "Inst" { print $2 "=" substr($3, 2) }' "$work/plan" | sort)
(cd "$out" && apt-get -qq download "${packages[@]}")

cd "$out"
found=(*.deb)
[ "${#found[@]}" -eq "${#packages[@]}" ] || fail "${#packages[@]} packages expected, found ${#found[@]}" 74
sha256sum ./*.deb >SHA256SUMS
cp "$here/offline/unpack.sh" "$here/offline/toolchain.cmake" .
echo "$out: ${#found[@]} packages, $(du -cb ./*.deb | awk 'END { printf "%.1f", $1 / 1048576 }') MiB"
echo "there: $(basename "$out")/unpack.sh PREFIX, then cmake --toolchain PREFIX/toolchain.cmake ..."
