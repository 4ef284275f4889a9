#pragma once

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vieweratlas::render_testing {

/// A PNG as libpng sees it.
struct DecodedPng {
  bool ok = false;
  int width = 0;
  int height = 0;
  std::uint32_t pixels_per_metre = 0;
  bool has_time = false;
  std::map<std::string, std::string> texts;
  std::vector<std::uint8_t> rgb;

  [[nodiscard]] const std::uint8_t* pixel(int x, int y) const {
    return &rgb[3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x))];
  }
};

inline DecodedPng decode_png(std::string_view file) {
  struct Source {
    std::string_view rest;
  } source{file};
  DecodedPng decoded;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  std::vector<png_bytep> rows;
  if (setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_read_struct(&png, &info, nullptr);
    return DecodedPng{};
  }
  png_set_read_fn(png, &source, [](png_structp reader, png_bytep out, std::size_t size) {
    auto* from = static_cast<Source*>(png_get_io_ptr(reader));
    if (from->rest.size() < size) png_error(reader, "the file ends early");
    std::memcpy(out, from->rest.data(), size);
    from->rest.remove_prefix(size);
  });
  png_read_info(png, info);
  decoded.width = static_cast<int>(png_get_image_width(png, info));
  decoded.height = static_cast<int>(png_get_image_height(png, info));
  decoded.pixels_per_metre = png_get_pixels_per_meter(png, info);
  decoded.rgb.resize(3 * static_cast<std::size_t>(decoded.width) * static_cast<std::size_t>(decoded.height));
  for (int y = 0; y < decoded.height; ++y) {
    rows.push_back(&decoded.rgb[3 * static_cast<std::size_t>(y) * static_cast<std::size_t>(decoded.width)]);
  }
  png_read_image(png, rows.data());
  png_read_end(png, info);
  png_textp texts = nullptr;
  int num_texts = 0;
  png_get_text(png, info, &texts, &num_texts);
  for (int i = 0; i < num_texts; ++i) decoded.texts[texts[i].key] = texts[i].text;
  decoded.has_time = png_get_valid(png, info, PNG_INFO_tIME) != 0;
  decoded.ok = png_get_color_type(png, info) == PNG_COLOR_TYPE_RGB && png_get_bit_depth(png, info) == 8 && source.rest.empty();
  png_destroy_read_struct(&png, &info, nullptr);
  return decoded;
}

}  // namespace vieweratlas::render_testing
