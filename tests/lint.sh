#!/usr/bin/env bash
# clang-tidy over every source file, with the rules of .clang-tidy; nothing is printed for a clean tree.
#
#   tests/lint.sh [FILE...]     default: all; needs a configured build/release
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f build/release/compile_commands.json ] || cmake --preset release >/dev/null
mapfile -t files < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else git ls-files '*.cpp'; fi)
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p build/release --extra-arg=-Wno-unknown-warning-option 2>/dev/null
