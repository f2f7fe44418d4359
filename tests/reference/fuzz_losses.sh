#!/bin/sh
# Compares the losses with torchvision on fresh random inputs:
#     fuzz_losses.sh BUILD/bin [FIRST_SEED [LAST_SEED]]
# Exit code 77 (a skip, with its reason) where torchvision is not installed.
set -eu
bin=$1
seed=${2:-2}
last=${3:-4}
here=$(cd "$(dirname "$0")" && pwd)
python=/usr/bin/python3
if ! "$python" -c 'import torchvision' 2>/dev/null; then
  echo "SKIPPED losses_fuzz: $python has no torchvision (package python3-torchvision)"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
while [ "$seed" -le "$last" ]; do
  echo "seed $seed"
  "$python" "$here/make_losses_golden.py" --seed "$seed" --out "$folder"
  ROIFLOW_LOSSES_GOLDEN=$folder "$bin/losses_test" --minimal
  seed=$((seed + 1))
done
