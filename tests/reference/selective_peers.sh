#!/usr/bin/env bash
# Selective Search of the program beside OpenCV's on real images, asserted (compare_selective_search.py --check):
#     selective_peers.sh BUILD/bin
# Exit code 77 (a skip, with its reason) where the peers or the images are missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=${ROIFLOW_SHARED_DATA:-$here/../../../shared/data}/voc_sample
if [ ! -d "$data/Annotations" ]; then
  echo "SKIPPED selective_search_peers: no $data (ROIFLOW_SHARED_DATA names the folder above it)"
  exit 77
fi
if ! python=$("$here/selective_peers_python.sh"); then
  echo "SKIPPED selective_search_peers: opencv-contrib-python-headless and scikit-image cannot be installed (PyPI)"
  exit 77
fi
"$python" "$here/compare_selective_search.py" "$1" "$data" --images 30 --check
