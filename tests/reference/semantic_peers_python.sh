#!/usr/bin/env bash
# Prints the path of a Python interpreter that has numpy, Pillow and, if they can be had, the peers of
# semantic_reference.py (cityscapesscripts; torchmetrics with Debian's torch), making a virtual
# environment in build/ for it if need be. Prints nothing and fails where there is not even numpy.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/reference/environment.sh
source tests/reference/environment.sh

has() { "$1" tests/reference/semantic_reference.py peers; }
install() {
  # Without dependencies: torchmetrics would bring a torch of several gigabytes.
  /usr/bin/python3 -m venv --system-site-packages "$1" &&
    "$1/bin/pip" install --quiet --no-deps 'torchmetrics==1.2.1' 'lightning-utilities==0.15.3' \
      'cityscapesscripts==2.3.0' pyquaternion appdirs coloredlogs humanfriendly tqdm packaging typing_extensions
}
if ! print_python semantic_peers has install; then
  /usr/bin/python3 -c 'import numpy, PIL' 2>/dev/null
  echo /usr/bin/python3
fi
