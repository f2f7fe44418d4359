#!/usr/bin/env bash
# The main job from nothing: installs what is missing (Debian 12), builds, makes 200 labelled images,
# runs the shipped Mask R-CNN over them, and says where the report and the pictures are.
#
#   apps/demo.sh [--all] [FOLDER]     results go to FOLDER (default out/demo)
#
# --all: every family on its trained weights, one table at the end: accuracy and images/s.
set -euo pipefail
cd "$(dirname "$0")/.."
all=
[ "${1:-}" != --all ] || { all=yes; shift; }
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

# family NAME MODEL [OPTION...]: one run, whose row is kept for the table.
family() {
  local name=$1 model=$2
  shift 2
  run "$roiflow" run "$out/shapes.h5" --model "configs/$model.h5" --out "$out/$name" "$@" | tee "$out/$name.txt"
  awk -v name="$name" '
    $1 == "AP"                     { accuracy = "box AP " $2 ($3 != "" ? ", mask AP " $3 : "") }
    match($0, /mean IU [0-9.]+/)   { accuracy = substr($0, RSTART, RLENGTH) }
    $1 == "speed"                  { speed = $2 }
    END { printf "%-18s %-32s %10s\n", name, accuracy, speed }' "$out/$name.txt" >>"$out/table.txt"
}

run "$roiflow" synth --images 200 --seed 42 -o "$out/shapes.h5"
if [ -z "$all" ]; then
  run "$roiflow" run "$out/shapes.h5" --model configs/tiny_mask_rcnn.h5 --out "$out/run"
  run "$roiflow" show "$out/shapes.h5" --predictions "$out/run/predictions.h5" -o "$out/pictures" --limit 12
  echo
  echo "report:   $out/run/report.html"
  echo "pictures: $out/pictures"
  exit
fi
printf '%-18s %-32s %10s\n' model accuracy images/s >"$out/table.txt"
family mask_rcnn tiny_mask_rcnn
family faster_rcnn tiny_faster_rcnn
family fast_rcnn tiny_faster_rcnn --proposals selective_search
family fcn32s tiny_fcn32s
family fcn16s tiny_fcn16s
family fcn8s tiny_fcn8s
for name in mask_rcnn fcn8s; do
  run "$roiflow" show "$out/shapes.h5" --predictions "$out/$name/predictions.h5" -o "$out/pictures/$name" --limit 12
done
echo
cat "$out/table.txt"
echo
echo "reports:  $out/*/report.html"
echo "pictures: $out/pictures"
