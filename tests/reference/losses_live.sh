#!/bin/sh
# `roiflow eval --losses` against torchvision's training mode and torch's cross entropy, end to end, on a small
# synthetic set:
#     losses_live.sh BUILD/bin
# Exit code 77 (a skip, with its reason) where torchvision or h5py is not installed.
set -eu
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
python=/usr/bin/python3
model=$here/../../configs/tiny_mask_rcnn.h5
if ! "$python" -c 'import torchvision, h5py, PIL' 2>/dev/null; then
  echo "SKIPPED losses_live: $python lacks torchvision, h5py or Pillow (python3-torchvision, python3-h5py, python3-pil)"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$bin/roiflow" synth --images 8 --seed 3 -o "$folder/shapes.h5" --quiet
"$bin/roiflow" eval --losses --gt "$folder/shapes.h5" --model "$model" --json "$folder/losses.json" --quiet \
  --rpn-batch 10000000 --box-batch 10000000 >/dev/null
"$python" "$here/compare_losses.py" --data "$folder/shapes.h5" --weights "$model" --losses "$folder/losses.json"
for kind in fcn32s fcn8s; do
  echo "$kind"
  "$python" "$here/compare_fcn_losses.py" --kind $kind --weights "$folder/fcn.pth"
  "$bin/roiflow" import "$folder/fcn.pth" --model "$here/../../configs/tiny_$kind.ini" -o "$folder/fcn.h5" --quiet >/dev/null
  "$bin/roiflow" eval --losses --gt "$folder/shapes.h5" --model "$folder/fcn.h5" --json "$folder/losses.json" --quiet >/dev/null
  "$python" "$here/compare_fcn_losses.py" --kind $kind --weights "$folder/fcn.pth" --data "$folder/shapes.h5" \
    --losses "$folder/losses.json"
done
