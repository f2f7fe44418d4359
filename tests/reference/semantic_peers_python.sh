#!/usr/bin/env bash
# Prints the path of a Python interpreter that has numpy, Pillow and, if they can be had, the peers of
# semantic_reference.py (cityscapesscripts; torchmetrics with Debian's torch), making a virtual
# environment in build/ for it if need be. Prints nothing and fails where there is not even numpy.
set -euo pipefail
cd "$(dirname "$0")/../.."
script=tests/reference/semantic_reference.py
environment=build/semantic_peers
has_peers() { "$1" "$script" peers 2>/dev/null; }

for python in /usr/bin/python3 "$environment/bin/python"; do
  if [ -x "$python" ] && has_peers "$python"; then
    realpath -s "$python"
    exit 0
  fi
done
mkdir -p build
{
  # Without dependencies: torchmetrics would bring a torch of several gigabytes.
  /usr/bin/python3 -m venv --system-site-packages "$environment" &&
    "$environment/bin/pip" install --quiet --no-deps 'torchmetrics==1.2.1' 'lightning-utilities==0.15.3' \
      'cityscapesscripts==2.3.0' pyquaternion appdirs coloredlogs humanfriendly tqdm packaging typing_extensions
} >build/semantic_peers.log 2>&1 || true
if has_peers "$environment/bin/python"; then
  realpath -s "$environment/bin/python"
else
  /usr/bin/python3 -c 'import numpy, PIL' 2>/dev/null
  echo /usr/bin/python3
fi
