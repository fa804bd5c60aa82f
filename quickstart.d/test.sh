# shellcheck shell=bash
# ./quickstart test: builds everything and runs every test. Sourced by ./quickstart.

RunTests() {
  local preset=$1 code=0
  Begin Test 3
  Step "Packages"
  InstallPackages
  Step "Building everything (preset $preset; the first time takes minutes)"
  Build "$preset"
  Step "Running the tests"
  # The tests of one program run beside each other; those that need the machine to themselves say so to ctest.
  ctest --preset "$preset" --parallel "$(nproc)" --no-tests=error --output-log "build/$preset-ctest.log" || code=$?
  if [[ $code -ne 0 ]]; then Fail "see the summary above and build/$preset-ctest.log"; fi
  local skipped
  skipped=$(grep -cE '\*\*\*(Skipped|Not Run)' "build/$preset-ctest.log" || true)
  echo "Test passed: $(grep -E '^[0-9]+% tests passed' "build/$preset-ctest.log")$([[ $skipped -eq 0 ]] || echo " ($skipped skipped here, with their reasons above)")"
}
