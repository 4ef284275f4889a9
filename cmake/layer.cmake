# Compile settings that every target of ours shares; dependencies of others are untouched by them.
add_library(va_settings INTERFACE)
# The same floating-point results on every machine: no fused multiply-add, no value-changing optimisation.
target_compile_options(va_settings INTERFACE -ffp-contract=off -fno-math-errno)
if(VIEWERATLAS_DEVELOPER)
  target_compile_options(va_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
                                               -Woverloaded-virtual -Wcast-align -Wunused -Wnull-dereference -Wimplicit-fallthrough -Werror
                                               # Options structs are filled by name; what is not named keeps its default on purpose.
                                               -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 sees null dereferences and uninitialised reads in inlined library code under the sanitizers that are not there.
    target_compile_options(va_settings INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
  endif()
endif()
if(VIEWERATLAS_SANITIZE)
  target_compile_options(va_settings INTERFACE -fsanitize=${VIEWERATLAS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(va_settings INTERFACE -fsanitize=${VIEWERATLAS_SANITIZE})
endif()

# va_layer(NAME SOURCES a.cc ... [USES layer ...] [DEPENDS target ...])
#   one static library for the folder src/NAME. USES are layers below, DEPENDS third-party targets (never exposed).
function(va_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;DEPENDS" ${ARGN})
  add_library(va_${name} STATIC ${arg_SOURCES})
  add_library(vieweratlas::${name} ALIAS va_${name})
  target_include_directories(va_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(va_${name} PRIVATE va_settings ${arg_DEPENDS})
  foreach(layer ${arg_USES})
    target_link_libraries(va_${name} PUBLIC vieweratlas::${layer})
  endforeach()
endfunction()

# va_test(NAME SOURCES a.cc ... USES layer ... [RUN_BY_OTHERS]): a GoogleTest program, each test a ctest of its own; with RUN_BY_OTHERS
#   none, because an integration test starts what the program needs, and then the program.
function(va_test name)
  cmake_parse_arguments(arg "RUN_BY_OTHERS" "TIMEOUT" "SOURCES;USES;DEPENDS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(${name} PRIVATE va_settings GTest::gtest GTest::gmock GTest::gtest_main ${arg_DEPENDS})
  foreach(layer ${arg_USES})
    target_link_libraries(${name} PRIVATE vieweratlas::${layer})
  endforeach()
  target_compile_definitions(${name} PRIVATE VIEWERATLAS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(arg_RUN_BY_OTHERS)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  gtest_discover_tests(${name} TEST_PREFIX ${name}. PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}" DISCOVERY_TIMEOUT 60)
endfunction()
