#!/usr/bin/env bash
# Prints the path of a Python interpreter that has tidecv 1.0.1, making a virtual environment in build/
# for it if need be. Prints nothing and fails where it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
has() { "$1" -c 'import tidecv; assert tidecv.__version__ == "1.0.1"' 2>/dev/null; }

environment=build/tidecv
for python in /usr/bin/python3 "$environment/bin/python"; do
  if [ -x "$python" ] && has "$python"; then
    realpath -s "$python"
    exit 0
  fi
done
mkdir -p build
{
  # Its requirements are for drawing; opencv-python-headless needs no X libraries.
  /usr/bin/python3 -m venv "$environment" &&
    "$environment/bin/pip" install --quiet 'pycocotools==2.0.11' 'numpy<2' \
      appdirs matplotlib pandas seaborn 'opencv-python-headless<4.11' &&
    "$environment/bin/pip" install --quiet --no-deps 'tidecv==1.0.1'
} >build/tidecv.log 2>&1
has "$environment/bin/python"
realpath -s "$environment/bin/python"
