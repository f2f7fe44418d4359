#!/usr/bin/env bash
# A long run over many small images of which one in a hundred is damaged: memory, descriptors and threads
# must stay flat, and the good images' results must be those of a run without damage, bit by bit.
#
#   tests/soak.sh [IMAGES] [MODEL.h5]     100000 images, configs/tiny_faster_rcnn.h5
#
# The images are not evaluated while the run goes on: what an evaluation keeps, a few dozen bytes a
# detection, grows as it must. ROIFLOW_SOAK_OPTIONS= evaluates all the same.
#
# Writes build/soak/samples.csv (a line a second), build/soak/soak.svg (the plot) and prints what the
# process held after the first tenth of the run and at its end. Ends with 1 if anything is not as promised.
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ ${1:-} == --help || ${1:-} == -h ]]; then sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' tests/soak.sh; exit 0; fi
images=${1:-100000}
model=${2:-configs/tiny_faster_rcnn.h5}
options=${ROIFLOW_SOAK_OPTIONS---no-eval}
out=build/soak
program=build/release/bin/roiflow
mkdir -p "$out"

cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
cmake --build --preset release --target roiflow soak_data >build/soak/build.log || { tail -n 40 build/soak/build.log; exit 1; }

echo "== data: $images images"
"$program" synth --images "$images" --seed 6 -q -o "$out/whole.h5"
build/release/bin/soak_data damage "$out/whole.h5" "$out/damaged.h5"

echo "== run over the damaged set"
# shellcheck disable=SC2086  # several options
"$program" run "$out/damaged.h5" --model "$model" --out "$out/damaged" --discard -q $options >"$out/damaged.log" 2>&1 &
process=$!
trap 'kill "$process" 2>/dev/null || true' EXIT
echo seconds,journal_bytes,rss_kb,descriptors,threads >"$out/samples.csv"
begun=$(date +%s)
while kill -0 "$process" 2>/dev/null; do
  # The process may end between two of these lines.
  rss=$(awk '/^VmRSS/ {print $2}' "/proc/$process/status" 2>/dev/null || true)
  threads=$(awk '/^Threads/ {print $2}' "/proc/$process/status" 2>/dev/null || true)
  descriptors=$(find "/proc/$process/fd" -mindepth 1 2>/dev/null | wc -l || true)
  journal=$(stat -c %s "$out/damaged/journal" 2>/dev/null || echo 0)
  if [ -n "$rss" ] && [ "$journal" -gt 0 ]; then
    echo "$(($(date +%s) - begun)),$journal,$rss,$descriptors,$threads" >>"$out/samples.csv"
  fi
  sleep 1
done
trap - EXIT
code=0
wait "$process" || code=$?
grep -E '^images|^speed' "$out/damaged.log" || cat "$out/damaged.log"
[ "$code" -eq 3 ] || { echo "expected exit code 3 (failures on record), found $code" >&2; exit 1; }
"$program" verify "$out/damaged" | tail -n 1

echo "== run over the whole set"
# shellcheck disable=SC2086
"$program" run "$out/whole.h5" --model "$model" --out "$out/whole" --discard -q $options >"$out/whole.log" 2>&1
grep -E '^images|^speed' "$out/whole.log"
build/release/bin/soak_data compare "$out/whole/predictions.h5" "$out/damaged/predictions.h5"

echo "== flat?"
python3 tests/reference/plot_soak.py "$out/samples.csv" "$out/soak.svg"
