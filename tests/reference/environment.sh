# Sourced by the scripts that print a Python interpreter with peers of a test.
#
# print_python NAME CHECK INSTALL: an interpreter for which `CHECK INTERPRETER` succeeds, Debian's own or
# that of the virtual environment build/NAME, which `INSTALL ENVIRONMENT` makes if need be (its output
# goes to build/NAME.log). Prints nothing and fails where it cannot be had.
print_python() {
  local name=$1 check=$2 install=$3 environment=build/$1 python
  for python in /usr/bin/python3 "$environment/bin/python"; do
    if [ -x "$python" ] && "$check" "$python" 2>/dev/null; then
      realpath -s "$python"
      return 0
    fi
  done
  mkdir -p build
  "$install" "$environment" >"build/$name.log" 2>&1 || return 1
  "$check" "$environment/bin/python" 2>/dev/null || return 1
  realpath -s "$environment/bin/python"
}
