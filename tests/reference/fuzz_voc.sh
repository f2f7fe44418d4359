#!/bin/sh
# Fresh random cases: the program against the rules written for numpy, and these against other people's evaluators.
#     fuzz_voc.sh BUILD/bin [FIRST_SEED [LAST_SEED]]
# The peers come from PyPI into build/voc_peers once. Exit code 77 (a skip, with its reason) where they cannot be had.
set -eu
bin=$1
seed=${2:-1}
last=${3:-3}
here=$(cd "$(dirname "$0")" && pwd)
environment=$here/../../build/voc_peers
python=$environment/bin/python
has_peers() { "$python" -c 'import mmeval, mean_average_precision, podm.metrics' 2>/dev/null; }
if ! has_peers; then
  mkdir -p "$here/../../build"
  { python3 -m venv "$environment" &&
    "$environment/bin/pip" install --quiet 'numpy<2' mmeval==0.2.1 mean-average-precision==2024.1.5.0 \
      object-detection-metrics==0.4.post1 shapely
  } >"$here/../../build/voc_peers.log" 2>&1 || true
fi
if ! has_peers; then
  echo "SKIPPED voc_peers: mmeval, mean-average-precision and object-detection-metrics cannot be installed (PyPI)"
  exit 77
fi
golden=$(mktemp)
trap 'rm -f "$golden"' EXIT
while [ "$seed" -le "$last" ]; do
  "$python" "$here/make_voc_golden.py" --seed "$seed" -o "$golden"
  ROIFLOW_VOC_GOLDEN=$golden "$bin/voc_test" --minimal
  "$python" "$here/compare_voc_peers.py" "$seed"
  seed=$((seed + 1))
done
