#!/usr/bin/env bash
# Prints the path of a Python interpreter that has tidecv 1.0.1, making a virtual environment in build/
# for it if need be. Prints nothing and fails where it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/reference/environment.sh
source tests/reference/environment.sh

has() { "$1" -c 'import tidecv; assert tidecv.__version__ == "1.0.1"'; }
install() {
  # Its requirements are for drawing; opencv-python-headless needs no X libraries.
  /usr/bin/python3 -m venv "$1" &&
    "$1/bin/pip" install --quiet 'pycocotools==2.0.11' 'numpy<2' \
      appdirs matplotlib pandas seaborn 'opencv-python-headless<4.11' &&
    "$1/bin/pip" install --quiet --no-deps 'tidecv==1.0.1'
}
print_python tidecv has install
