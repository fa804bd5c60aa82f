# Whole-program optimisation of what ships. The packet path goes through a dozen small folders; inlining across them saves an
# eighth of the instructions around the matcher. Objects are fat: tests link their machine code as it is, and fast.
set(SLUICE_LTO_DEFAULT OFF)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT SLUICE_SANITIZE)
  set(SLUICE_LTO_DEFAULT ON)
endif()
option(SLUICE_LTO "Link-time optimisation of the packet path in programs (gcc)" ${SLUICE_LTO_DEFAULT})
if(SLUICE_LTO)
  add_link_options($<$<NOT:$<BOOL:$<TARGET_PROPERTY:SLUICE_LTO_LINK>>>:-fno-lto>)
endif()

# What each packet costs by stage (base/stage_clock.h): pipeline_perf prints it. Not for what ships.
option(SLUICE_STAGE_CYCLES "Count the cycles of the packet path by stage" OFF)
if(SLUICE_STAGE_CYCLES)
  add_compile_definitions(SLUICE_STAGE_CYCLES)
endif()

# A library: takes part where it is on the packet path.
function(sluice_optimise_library target)
  if(SLUICE_LTO AND CMAKE_CURRENT_SOURCE_DIR MATCHES "^${PROJECT_SOURCE_DIR}/(base|dataplane)")
    target_compile_options(${target} PRIVATE -flto=auto -ffat-lto-objects)
  endif()
endfunction()

# A program that ships, or that measures what does.
function(sluice_optimise_program target)
  if(SLUICE_LTO)
    set_target_properties(${target} PROPERTIES SLUICE_LTO_LINK ON)
    target_link_options(${target} PRIVATE -flto=auto -O2)
  endif()
endfunction()
