# Each header compiles alone: one source file per header that includes nothing else. A library that is built, never linked.
file(GLOB_RECURSE va_headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/include/*.h ${PROJECT_SOURCE_DIR}/src/*.h)
set(va_header_sources)
foreach(header ${va_headers})
  string(REPLACE "/" "_" source ${header})
  set(source ${PROJECT_BINARY_DIR}/headers/${source}.cc)
  string(REGEX REPLACE "^(include|src)/" "" include_name ${header})
  file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${include_name}\"  // IWYU pragma: keep\n" @ONLY)
  list(APPEND va_header_sources ${source})
endforeach()
add_library(va_headers_alone OBJECT ${va_header_sources})
target_include_directories(va_headers_alone PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(va_headers_alone PRIVATE va_settings)
