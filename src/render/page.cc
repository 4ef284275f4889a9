#include "vieweratlas/render/page.h"

#include <libdeflate.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "render/page_data.h"
#include "render/page_links.h"
#include "render/page_template.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"

namespace vieweratlas {
namespace {

using render_internal::kPageDataMark;

/// Of 1..12. Measured on 2022-01: level 9 takes 60 ms, level 12 half a second for 1 % less.
constexpr int kCompressionLevel = 9;

/// A gzip member without name and time. Empty when memory runs out.
std::string gzip(std::string_view bytes) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kCompressionLevel), &libdeflate_free_compressor);
  if (!compressor) {
    return {};
  }
  std::string packed(libdeflate_gzip_compress_bound(compressor.get(), bytes.size()), '\0');
  packed.resize(libdeflate_gzip_compress(compressor.get(), bytes.data(), bytes.size(), packed.data(), packed.size()));
  return packed;
}

void append_base64(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte_at = [&](std::size_t i) { return i < bytes.size() ? std::uint32_t{static_cast<unsigned char>(bytes[i])} : 0U; };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group = byte_at(i) << 16U | byte_at(i + 1) << 8U | byte_at(i + 2);
    out.push_back(kDigits[group >> 18U]);
    out.push_back(kDigits[(group >> 12U) & 63U]);
    out.push_back(i + 1 < bytes.size() ? kDigits[(group >> 6U) & 63U] : '=');
    out.push_back(i + 2 < bytes.size() ? kDigits[group & 63U] : '=');
  }
}

}  // namespace

Result<std::string> make_page(const Atlas& atlas) {
  const render_internal::PageLinks links = render_internal::choose_page_links(atlas, {});
  const std::string data = render_internal::page_data(atlas, links);
  if (data.size() > std::numeric_limits<std::uint32_t>::max()) {
    return Error{ErrorCode::kLimitExceeded, "the map is too large for a page: its data takes over 4 GiB; raise the overlap threshold"};
  }
  const std::string packed = gzip(data);
  if (packed.empty()) {
    return Error{ErrorCode::kLimitExceeded, "not enough memory to compress the data of the page"};
  }
  const std::string_view page = render_internal::page_template();
  const std::size_t mark = page.find(kPageDataMark);
  VA_CHECK(mark != std::string_view::npos);
  std::string html;
  html.reserve(page.size() + packed.size() / 3 * 4 + 4);
  html.append(page.substr(0, mark));
  append_base64(html, packed);
  html.append(page.substr(mark + kPageDataMark.size()));
  return html;
}

}  // namespace vieweratlas
