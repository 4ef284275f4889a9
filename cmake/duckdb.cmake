# Target va_duckdb: libduckdb.so and duckdb.h from VIEWERATLAS_DUCKDB, a prefix with lib/ and include/; by default what tools/fetch_duckdb
# put into the cache.
option(VIEWERATLAS_WITH_DUCKDB "Parquet tables of the lake (compact, lake)" ON)
if(NOT VIEWERATLAS_WITH_DUCKDB)
  return()
endif()

file(STRINGS ${PROJECT_SOURCE_DIR}/third_party/duckdb/VERSION duckdb_version)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/third_party/duckdb/VERSION)
if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(duckdb_cache "$ENV{XDG_CACHE_HOME}")
else()
  set(duckdb_cache "$ENV{HOME}/.cache")
endif()
set(VIEWERATLAS_DUCKDB "" CACHE PATH "Prefix of DuckDB 1.5 (lib/libduckdb.so, include/duckdb.h); empty = the cache of tools/fetch_duckdb")
if(VIEWERATLAS_DUCKDB)
  set(duckdb_prefix "${VIEWERATLAS_DUCKDB}")
else()
  set(duckdb_prefix "${duckdb_cache}/vieweratlas/duckdb-${duckdb_version}")
endif()

set(duckdb_library "${duckdb_prefix}/lib/libduckdb.so")
set(duckdb_header "${duckdb_prefix}/include/duckdb.h")
if(NOT EXISTS "${duckdb_library}" OR NOT EXISTS "${duckdb_header}")
  message(FATAL_ERROR "DuckDB is not in ${duckdb_prefix} (lib/libduckdb.so, include/duckdb.h). Run ./dev setup build, which fetches it, or "
                      "give -DVIEWERATLAS_DUCKDB=PREFIX, or build without the lake's tables: -DVIEWERATLAS_WITH_DUCKDB=OFF.")
endif()

# Beside what is built, not in somebody's cache: who may run the program must be able to load its library.
set(duckdb_beside "${PROJECT_BINARY_DIR}/lib/libduckdb.so")
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
if("${duckdb_library}" IS_NEWER_THAN "${duckdb_beside}")
  file(COPY_FILE "${duckdb_library}" "${duckdb_beside}")
endif()

add_library(va_duckdb SHARED IMPORTED GLOBAL)
set_target_properties(va_duckdb PROPERTIES IMPORTED_LOCATION "${duckdb_beside}" INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${duckdb_prefix}/include"
                                           INTERFACE_INCLUDE_DIRECTORIES "${duckdb_prefix}/include")
# An installed program finds the library beside itself.
list(APPEND CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/vieweratlas")
install(FILES "${duckdb_library}" DESTINATION ${CMAKE_INSTALL_LIBDIR}/vieweratlas)
