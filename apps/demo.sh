#!/usr/bin/env bash
# The main job from nothing: installs what is missing (Debian 12), builds, makes 200 labelled images,
# runs the shipped Mask R-CNN over them, and says where the report and the pictures are.
#
#   apps/demo.sh [FOLDER]     results go to FOLDER (default out/demo)
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-out/demo}

# shellcheck source=apps/packages.sh
source apps/packages.sh
[ -n "${ROIFLOW_NO_INSTALL:-}" ] || install_packages "${build_packages[@]}"

mkdir -p build "$out"
echo "== building (log: build/demo.log)"
{
  cmake --preset release -DROIFLOW_TESTS=OFF -B build/demo
  cmake --build build/demo
} >build/demo.log 2>&1 || { tail -n 40 build/demo.log >&2; exit 1; }
roiflow=build/demo/bin/roiflow

run() { echo; echo "\$ ${*/#$roiflow/roiflow}"; "$@"; }
run "$roiflow" synth --images 200 --seed 42 -o "$out/shapes.h5"
run "$roiflow" run "$out/shapes.h5" --model configs/tiny_mask_rcnn.h5 --out "$out/run"
run "$roiflow" show "$out/shapes.h5" --predictions "$out/run/predictions.h5" -o "$out/pictures" --limit 12
echo
echo "report:   $out/run/report.html"
echo "pictures: $out/pictures"
