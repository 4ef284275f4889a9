// The file is taken in by the assembler: no generated source, and no time to compile a long literal. The build passes its
// path in VIEWERATLAS_PAGE_TEMPLATE and rebuilds this file when the page changes.

#include "render/page_template.h"

#include <cstddef>
#include <string_view>

asm(R"(
  .pushsection .rodata
  .balign 16
  .global vieweratlas_page_template_begin
  .global vieweratlas_page_template_end
vieweratlas_page_template_begin:
  .incbin ")" VIEWERATLAS_PAGE_TEMPLATE R"("
vieweratlas_page_template_end:
  .byte 0
  .popsection
)");

extern "C" {
extern const char vieweratlas_page_template_begin[];  // NOLINT(readability-identifier-naming): the assembler's label
extern const char vieweratlas_page_template_end[];    // NOLINT(readability-identifier-naming): the assembler's label
}

namespace vieweratlas::render_internal {

std::string_view page_template() {
  const char* const begin = vieweratlas_page_template_begin;
  const char* const end = vieweratlas_page_template_end;
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace vieweratlas::render_internal
