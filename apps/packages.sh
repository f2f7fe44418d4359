# Sourced by apps/demo.sh, apps/offline_packages.sh and tests/run.sh: the Debian 12 packages that we
# need, and the installation of those that are missing.
#
# install_packages PACKAGE...: nothing happens where all are there; otherwise apt-get is asked, as
# root or through sudo.
# ocl-icd-opencl-dev: the CMake configuration of Debian's oneDNN asks for OpenCL, which libdnnl-dev
# only recommends; nothing of ours uses it.
build_tools=(g++ cmake ninja-build ccache pkg-config)
build_libraries=(
  libtbb-dev libdnnl-dev ocl-icd-opencl-dev libhdf5-dev libboost-program-options-dev
  libjpeg62-turbo-dev libpng-dev libsimdjson-dev nlohmann-json3-dev libzip-dev libexpat1-dev libfmt-dev libssl-dev
)
build_packages=("${build_tools[@]}" "${build_libraries[@]}")
test_libraries=(doctest-dev)
test_packages=(git clang-format "${test_libraries[@]}")
# Only for tests/fuzz.sh: the compiler that has libFuzzer, and its run-time libraries.
fuzz_packages=(clang libclang-rt-dev llvm)
# Peers that tests compare with; without them the tests concerned say that they are skipped.
reference_packages=(python3-torch python3-torchvision python3-h5py python3-venv libopenblas0-openmp chromium)

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || echo "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "missing packages: ${missing[*]}; install them as root" >&2; return 1; }
    as_root=(sudo)
  fi
  echo "installing: ${missing[*]}" >&2
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
