# AWS's C libraries (third_party/aws-crt), which sign requests to S3. va_awscrt is empty in a build without S3.
option(VIEWERATLAS_WITH_S3 "Stores on S3; needs AWS's C libraries" ON)
set(VIEWERATLAS_AWSCRT "" CACHE PATH "Where AWS's C libraries are installed (default: where third_party/aws-crt/build puts them)")

add_library(va_awscrt INTERFACE)
if(NOT VIEWERATLAS_WITH_S3)
  return()
endif()

set(va_awscrt_prefix "${VIEWERATLAS_AWSCRT}")
if(va_awscrt_prefix STREQUAL "")
  # The script's own answer: whatever the presets' compiler is, these libraries are built by the system's.
  execute_process(COMMAND ${CMAKE_COMMAND} -E env --unset=CC ${PROJECT_SOURCE_DIR}/third_party/aws-crt/build --prefix
                  OUTPUT_VARIABLE va_awscrt_prefix OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()
if(NOT EXISTS "${va_awscrt_prefix}/lib/cmake/aws-c-auth/aws-c-auth-config.cmake")
  message(FATAL_ERROR "AWS's C libraries are not in ${va_awscrt_prefix}. Run\n  third_party/aws-crt/build\nonce (./dev setup build does), "
                      "or name their prefix by -DVIEWERATLAS_AWSCRT=..., or build without S3 by -DVIEWERATLAS_WITH_S3=OFF.")
endif()
list(PREPEND CMAKE_PREFIX_PATH "${va_awscrt_prefix}")
# Another prefix than in the last run must not leave the old folders behind.
foreach(va_package aws-c-auth aws-c-cal aws-c-common aws-c-compression aws-c-http aws-c-io aws-c-sdkutils s2n)
  if(${va_package}_DIR AND NOT "${${va_package}_DIR}" MATCHES "^${va_awscrt_prefix}/")
    unset(${va_package}_DIR CACHE)
  endif()
endforeach()
find_package(aws-c-auth REQUIRED CONFIG)
target_link_libraries(va_awscrt INTERFACE AWS::aws-c-auth)
target_compile_definitions(va_awscrt INTERFACE VIEWERATLAS_WITH_S3=1)
