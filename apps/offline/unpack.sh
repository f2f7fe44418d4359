#!/usr/bin/env bash
# Unpacks the packages beside it below PREFIX; needs no root, installs nothing, needs no network.
#
#   unpack.sh PREFIX        a folder that does not exist yet; it may be moved later
#
# Then: cmake --toolchain PREFIX/toolchain.cmake ...
set -euo pipefail
fail() { echo "unpack: $1" >&2; exit "${2:-64}"; }

[ "$#" -eq 1 ] || fail "usage: unpack.sh PREFIX"
[ ! -e "$1" ] || fail "$1 exists already" 73
command -v dpkg-deb >/dev/null || fail "needs dpkg-deb" 69
packages=$(cd "$(dirname "$0")" && pwd)
(cd "$packages" && sha256sum --check --quiet SHA256SUMS) || fail "the packages in $packages are damaged or incomplete" 65
mkdir -p "$1/usr/lib"
prefix=$(cd "$1" && pwd)
cd "$packages"

# Debian 12 has some libraries in /lib, which is /usr/lib on every system of today.
ln -s usr/lib "$prefix/lib"
for package in *.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x --no-same-owner --keep-directory-symlink -C "$prefix"
done

# Links from the root of the file system (libz.so -> /lib/x86_64-linux-gnu/libz.so.1) end in PREFIX.
find "$prefix" -type l -lname '/*' | while read -r link; do
  target=$prefix$(readlink "$link")
  if [ -e "$target" ]; then ln -sfnr "$target" "$link"; fi
done

# Debian's compilers also look into include/x86_64-linux-gnu; below PREFIX nobody does.
for folder in "$prefix"/usr/include/*-linux-gnu; do
  cp -a "$folder/." "$prefix/usr/include/"
  rm -r "$folder"
  ln -s . "$folder"
done

# Descriptions that say /usr say where they are instead; most of CMake's do so by themselves. HDF5's
# compiler wrappers look for its companions in /usr and would be asked first.
find "$prefix/usr" -name '*.pc' -exec sed -i -E 's#(=|-[IL])/usr\>#\1${pcfiledir}/../../..#g' {} +
sed -i 's#^set(_IMPORT_PREFIX "/usr")#get_filename_component(_IMPORT_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)#' \
  "$prefix"/usr/lib/cmake/*/*.cmake
rm "$prefix"/usr/bin/h5*
cp toolchain.cmake "$prefix/"
echo "$prefix: $(du -sm "$prefix" | cut -f 1) MiB; configure with --toolchain $prefix/toolchain.cmake"
