#!/usr/bin/env bash
# Prints the path of a Python interpreter that has pycocotools (and Debian's torch), making a virtual
# environment in build/ for it if need be. Prints nothing and fails where it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/reference/environment.sh
source tests/reference/environment.sh

has() { "$1" -c 'import pycocotools.cocoeval'; }
install() {
  /usr/bin/python3 -m venv --system-site-packages "$1" &&
    "$1/bin/pip" install --quiet 'pycocotools==2.0.11' 'numpy<2'
}
print_python pycocotools has install
