#!/usr/bin/env bash
# Everything that only a machine with a GPU can tell, in one go: builds with CUDA, runs the tests of the
# GPU plainly and under compute-sanitizer, times roiflow, and torchvision on the same GPU.
#
#   tests/gpu.sh [BUILD_DIR]       default build/gpu; reports go to BUILD_DIR/gpu-report
#
# Environment: ROIFLOW_CMAKE_OPTIONS  more options for CMake, e.g. --toolchain ... -DROIFLOW_CUDNN_ROOT=...
#              ROIFLOW_GPU_DATA, ROIFLOW_GPU_MODEL  a data set and a model file to time; default: 512 synthetic
#                                     images and the shipped Mask R-CNN
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/gpu}
report=$build/gpu-report
mkdir -p "$report"

echo "== build"
read -r -a options <<<"${ROIFLOW_CMAKE_OPTIONS:-}"
cmake -S . -B "$build" -G Ninja -DROIFLOW_CUDA=ON "${options[@]}" >"$report/configure.log"
cmake --build "$build" --target roiflow gpu_test gpu_stages_test cudnn_patterns_test lanes_test lane_precision_test
"$build/bin/roiflow" --version | tee "$report/version.txt"

echo "== tests"
for test in gpu gpu_stages cudnn_patterns lanes lane_precision; do
  "$build/bin/${test}_test" | tee "$report/${test}_test.txt"
done
if grep -q SKIPPED "$report/gpu_test.txt"; then
  echo "there is no GPU here: the rest would say nothing" >&2
  exit 69
fi

echo "== compute-sanitizer"
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck synccheck; do
    compute-sanitizer --tool "$tool" --error-exitcode 1 "$build/bin/gpu_test" -tc="*shipped*" \
      >"$report/$tool.txt" 2>&1 && echo "$tool: clean" || { echo "$tool: see $report/$tool.txt"; failed=1; }
  done
else
  echo "SKIPPED compute-sanitizer: it is not installed"
fi

echo "== speed"
data=${ROIFLOW_GPU_DATA:-$build/gpu-data.h5}
[ -e "$data" ] || "$build/bin/roiflow" synth --images 512 --seed 1 -o "$data"
model=${ROIFLOW_GPU_MODEL:-configs/tiny_mask_rcnn.h5}
"$build/bin/roiflow" bench "$data" --model "$model" --device cuda --batch 1 8 --lanes 2 3 \
  --plans "$build/plans.json" --tune --json "$report/bench.json" | tee "$report/bench.txt"
for precision in f32 tf32 f16 bf16; do
  "$build/bin/roiflow" run "$data" --model "$model" --device cuda --precision "$precision" \
    --out "$build/run-$precision" -q | tee "$report/run-$precision.txt"
done
tests/reference/time_torchvision.py --help >/dev/null &&
  tests/reference/time_torchvision.py "$data" --device cuda --precision f16 --batch 8 --images 64 |
  tee "$report/torchvision.txt" || echo "SKIPPED torchvision: see above"
exit "${failed:-0}"
