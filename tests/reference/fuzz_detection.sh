#!/bin/sh
# Compares the detection arithmetic with torchvision on fresh random inputs:
#     fuzz_detection.sh BUILD/bin [FIRST_SEED [LAST_SEED]]
# Exit code 77 (a skip, with its reason) where torchvision is not installed.
set -eu
bin=$1
seed=${2:-2}
last=${3:-3}
here=$(cd "$(dirname "$0")" && pwd)
python=/usr/bin/python3
if ! "$python" -c 'import torchvision' 2>/dev/null; then
  echo "SKIPPED detection_fuzz: $python has no torchvision (package python3-torchvision)"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
while [ "$seed" -le "$last" ]; do
  echo "seed $seed"
  "$python" "$here/make_detection_golden.py" --seed "$seed" --out "$folder"
  for room in anchors nms proposals roi_align roi_pool heads paste_masks; do
    ROIFLOW_DETECTION_GOLDEN=$folder "$bin/${room}_test" --minimal
  done
  seed=$((seed + 1))
done
