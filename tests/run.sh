#!/usr/bin/env bash
# Builds everything and runs every test; installs what is missing first (Debian 12).
#
#   tests/run.sh              release build, all tests
#   tests/run.sh asan         the same with address and undefined-behaviour sanitizers (or tsan, debug)
#
# Environment: ROIFLOW_SHARED_DATA  folder with real images; tests that need it say so when it is absent
#              ROIFLOW_NO_INSTALL=1  install nothing
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
mkdir -p build

# shellcheck source=apps/packages.sh
source apps/packages.sh
if [ -z "${ROIFLOW_NO_INSTALL:-}" ]; then
  install_packages "${build_packages[@]}" "${test_packages[@]}"
  install_packages "${reference_packages[@]}" || echo "WARNING: no reference packages: comparisons will be skipped" >&2
fi
[ -n "${ROIFLOW_PYCOCO_PYTHON:-}" ] || ROIFLOW_PYCOCO_PYTHON=$(tests/reference/pycocotools_python.sh || true)
[ -n "${ROIFLOW_SEMANTIC_PYTHON:-}" ] || ROIFLOW_SEMANTIC_PYTHON=$(tests/reference/semantic_peers_python.sh || true)
[ -n "${ROIFLOW_TIDE_PYTHON:-}" ] || ROIFLOW_TIDE_PYTHON=$(tests/reference/tide_python.sh || true)
export ROIFLOW_PYCOCO_PYTHON ROIFLOW_SEMANTIC_PYTHON ROIFLOW_TIDE_PYTHON

echo "== formatting"
git ls-files '*.cpp' '*.hpp' '*.cu' '*.cuh' | xargs clang-format --dry-run --Werror

echo "== build ($preset)"
cmake --preset "$preset" >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
cmake --build --preset "$preset"

echo "== tests"
ctest --preset "$preset" --no-tests=error 2>&1 | tee "build/$preset/ctest.log"

echo "== skipped"
grep -rhoE 'SKIPPED .*' "build/$preset/Testing/Temporary/LastTest.log" | sort -u || echo "nothing was skipped"
tail -n 4 "build/$preset/ctest.log"
