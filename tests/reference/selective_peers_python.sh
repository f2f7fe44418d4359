#!/usr/bin/env bash
# Prints the path of a Python interpreter that has OpenCV's contributed modules (ximgproc) and scikit-image, making a
# virtual environment in build/ for it if need be. Prints nothing and fails where it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/reference/environment.sh
source tests/reference/environment.sh

has() { "$1" -c 'import cv2, skimage.metrics, skimage.segmentation; cv2.ximgproc.segmentation'; }
install() {
  /usr/bin/python3 -m venv "$1" &&
    "$1/bin/pip" install --quiet 'opencv-contrib-python-headless==5.0.0.93' 'scikit-image==0.26.0'
}
print_python selective_peers has install
