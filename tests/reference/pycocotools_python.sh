#!/usr/bin/env bash
# Prints the path of a Python interpreter that has pycocotools (and Debian's torch), making a virtual
# environment in build/ for it if need be. Prints nothing and fails where it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
has() { "$1" -c 'import pycocotools.cocoeval' 2>/dev/null; }

environment=build/pycocotools
for python in /usr/bin/python3 "$environment/bin/python"; do
  if [ -x "$python" ] && has "$python"; then
    realpath -s "$python"
    exit 0
  fi
done
mkdir -p build
{
  /usr/bin/python3 -m venv --system-site-packages "$environment" &&
    "$environment/bin/pip" install --quiet 'pycocotools==2.0.11' 'numpy<2'
} >build/pycocotools.log 2>&1
has "$environment/bin/python"
realpath -s "$environment/bin/python"
