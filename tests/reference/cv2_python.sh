#!/usr/bin/env bash
# Prints the path of a Python interpreter that has numpy and OpenCV 4, making a virtual environment in
# build/ for it if need be. Prints nothing and fails where it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/reference/environment.sh
source tests/reference/environment.sh

has() { "$1" -c 'import cv2, numpy; assert cv2.__version__.startswith("4.")'; }
install() {
  /usr/bin/python3 -m venv "$1" &&
    "$1/bin/pip" install --quiet 'numpy<2' 'opencv-python-headless<4.11'
}
print_python cv2 has install
