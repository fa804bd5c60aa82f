if(SLUICE_BUILD_TESTS)
  enable_testing()
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
set(SLUICE_INPUTS "${PROJECT_SOURCE_DIR}/../shared/inputs" CACHE PATH
    "Folder of real captures and documents; tests that need it are reported as skipped where it is absent")

# sluice_test(NAME SOURCES … DEPS … [LABELS …] [LOCK …]): target NAME_test, each case a ctest test. Cases with the same LOCK
# (a thing of the machine that only one can have) never run beside each other.
function(sluice_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT;LOCK" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name}_test ${ARG_SOURCES})
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name}_test PRIVATE ${ARG_DEPS} sluice_test_places GTest::gtest GTest::gtest_main sluice_warnings)
  target_precompile_headers(${name}_test PRIVATE <gtest/gtest.h> <string> <vector>)
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "unit;${ARG_LABELS}" RESOURCE_LOCK "${ARG_LOCK}")
endfunction()

# sluice_fuzz(NAME SOURCES target.cc DEPS …): target NAME_fuzz. Always built; ctest replays tests/fuzz/corpus/NAME and,
# with SLUICE_LIBFUZZER, the same executable fuzzes. The source defines LLVMFuzzerTestOneInput.
function(sluice_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(SLUICE_LIBFUZZER)
    add_executable(${name}_fuzz ${ARG_SOURCES})
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    set(replay_args -runs=0)
  else()
    add_executable(${name}_fuzz ${ARG_SOURCES} ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
  endif()
  target_include_directories(${name}_fuzz PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name}_fuzz PRIVATE ${ARG_DEPS} sluice_warnings)
  add_test(NAME fuzz.${name} COMMAND ${name}_fuzz ${replay_args} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
