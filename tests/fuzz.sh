#!/usr/bin/env bash
# Fuzzes the readers of foreign data with libFuzzer, one after the other (Debian 12: clang 14).
#
#   tests/fuzz.sh [SECONDS_PER_TARGET] [TARGET...]      60 seconds, every target of tests/fuzz/
#   tests/fuzz.sh 1800 pickle zip                       half an hour each
#
# The corpus grows in build/fuzz/corpus/TARGET from run to run; it begins with tests/fuzz/TARGET/seeds and
# regressions, tests/golden and, where there is a folder of shared data, its hostile files. A finding is
# made small and kept in tests/fuzz/TARGET/regressions, where every test run replays it; fix what it
# shows and commit both. Ends with 1 if anything was found.
#
# Environment: ROIFLOW_SHARED_DATA  folder with a folder `hostile`
#              ROIFLOW_NO_INSTALL=1  install nothing;  ROIFLOW_NO_BUILD=1  build nothing
set -euo pipefail
cd "$(dirname "$0")/.."
if [[ ${1:-} == --help || ${1:-} == -h ]]; then sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' tests/fuzz.sh; exit 0; fi

seconds=${1:-60}
[[ $seconds =~ ^[0-9]+$ ]] || { echo "usage: tests/fuzz.sh [SECONDS_PER_TARGET] [TARGET...]" >&2; exit 64; }
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(find tests/fuzz -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)
fi
shared=${ROIFLOW_SHARED_DATA:-../shared/data}
mkdir -p build

if [ -z "${ROIFLOW_NO_BUILD:-}" ]; then
  # shellcheck source=apps/packages.sh
  source apps/packages.sh
  [ -n "${ROIFLOW_NO_INSTALL:-}" ] || install_packages "${build_packages[@]}" "${test_packages[@]}" "${fuzz_packages[@]}"
  cmake --preset fuzz >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
  cmake --build --preset fuzz --target "${targets[@]/#/fuzz_}"
fi

# Files that a target begins with beside its own.
more_files() {
  case $1 in
    torch_legacy) echo tests/golden/weights "$shared"/hostile/pth_derived ;;
    zip) echo tests/golden/weights "$shared"/hostile/pth_derived ;;
    safetensors) echo "$shared"/hostile/safetensors_malformed ;;
    image) echo tests/golden/decode "$shared"/hostile/{png_bad,pngsuite,libjpeg_turbo_seed,pillow_images,exif_orientation} ;;
    json) echo "$shared"/hostile/json_test_suite "$shared"/hostile/coco_derived ;;
    coco | coco_truth | coco_results) echo "$shared"/hostile/coco_derived ;;
    hdf5_file) echo "$shared"/hostile/hdf5_cve "$shared"/hostile/hdf5_derived ;;
    config) echo configs ;;
  esac
}

# The longest input that is worth trying, in bytes.
longest() {
  case $1 in
    rle_text | polygon | exif | torch_script_code) echo 1024 ;;
    hdf5_*) echo 65536 ;;
    zip | torch_legacy | torch_archive | image) echo 16384 ;;
    *) echo 8192 ;;
  esac
}

# "what was found" as a file's name, from the log.
reason() {
  { grep -ohE 'PROPERTY VIOLATED: [^:]*|SUMMARY: [A-Za-z]+: [a-z-]+|ERROR: libFuzzer: [a-z-]+|what\(\): .{1,40}' "$1" || echo unknown; } |
    head -1 | sed -E 's/^(PROPERTY VIOLATED|SUMMARY: [A-Za-z]+|ERROR: libFuzzer|what\(\)): //; s/[^A-Za-z0-9]+/_/g; s/_$//' | cut -c1-60
}

# Makes every new finding of a target small and keeps it.
keep_findings() {
  local target=$1 log=$2 found small kept=tests/fuzz/$1/regressions
  for found in build/fuzz/findings/"$target"/*; do
    [ -f "$found" ] || continue
    small=$(mktemp)
    build/fuzz/bin/fuzz_"$target" -minimize_crash=1 -max_total_time=60 -exact_artifact_path="$small" "$found" >/dev/null 2>&1 || true
    [ -s "$small" ] || cp "$found" "$small"
    mkdir -p "$kept"
    mv "$small" "$kept/$(reason "$log")_$(sha256sum "$small" | cut -c1-8)"
    rm "$found"
  done
}

scratch=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch

bad=0
report=build/fuzz/report.txt
printf '%-18s %8s %12s %9s %7s %9s  %s\n' target seconds executions per_s edges features found | tee "$report"
for target in "${targets[@]}"; do
  log=build/fuzz/$target.log
  corpus=build/fuzz/corpus/$target
  mkdir -p "$corpus" "build/fuzz/findings/$target"
  folders=("$corpus")
  for folder in tests/fuzz/"$target"/{seeds,regressions} $(more_files "$target"); do
    [ -d "$folder" ] && folders+=("$folder")
  done
  words=()
  [ -f "tests/fuzz/$target/words" ] && words=(-dict="tests/fuzz/$target/words")
  begin=$(date +%s)
  status=0
  build/fuzz/bin/fuzz_"$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=25 \
    -max_len="$(longest "$target")" -print_final_stats=1 -artifact_prefix="build/fuzz/findings/$target/" \
    "${words[@]}" "${folders[@]}" >"$log" 2>&1 || status=$?
  took=$(($(date +%s) - begin))
  found=-
  if [ "$status" -ne 0 ]; then
    bad=1
    found=$(reason "$log")
    keep_findings "$target" "$log"
  fi
  executions=$(sed -nE 's/^stat::number_of_executed_units: //p' "$log")
  last=$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -1 || true)
  read -r _ edges _ features <<<"${last:-cov: 0 ft: 0}"
  printf '%-18s %8d %12s %9s %7s %9s  %s\n' "$target" "$took" "${executions:-0}" \
    "$((${executions:-0} / (took > 0 ? took : 1)))" "$edges" "$features" "$found" | tee -a "$report"
done
exit $bad
