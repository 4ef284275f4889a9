#include "render/furniture.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "render/boxes.h"
#include "render/color.h"
#include "render/disc_layer.h"
#include "render/frame.h"
#include "render/look.h"
#include "render/placed_text.h"
#include "render/typesetter.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas::render_internal {
namespace {

// Design pixels.
constexpr float kMargin = 110.0F;
constexpr float kMapGap = 30.0F;  // between furniture and the disc of the map
constexpr float kReservedMargin = 14.0F;
constexpr float kLeastUnit = 0.22F;   // furniture shrinks with the sheet down to this, then things are left out
constexpr float kLeastTextPx = 6.5F;  // real pixels
constexpr float kBrandSize = 34.0F;
constexpr float kTitleSize = 104.0F;
constexpr float kLeastTitleShare = 0.5F;
constexpr float kTitlePitch = 1.12F;
constexpr float kWindowSize = 46.0F;
constexpr float kFactSize = 38.0F;
constexpr float kCaptionSize = 29.0F;
constexpr float kListSize = 32.0F;
constexpr float kRowPitch = 46.0F;
constexpr std::size_t kMostRows = 14;
constexpr float kDotRadius = 12.5F;
constexpr float kListIndent = 42.0F;
constexpr float kMethodSize = 27.0F;
constexpr float kLeastMethodPx = 7.5F;  // real pixels: where a map comes from is said on every sheet
constexpr float kLargestKeyRing = 150.0F;
constexpr float kSmallestKeyRing = 4.0F;

enum class Align { kLeft, kMiddle, kRight };

/// Text before it is given a place.
struct Words {
  std::string_view text;
  TextStyle style;
  float size_px;
  Srgb color;
};

class Furnisher {
 public:
  Furnisher(const Atlas& atlas, const Frame& frame, const Look& look, std::size_t links_drawn, Typesetter& typesetter)
      : atlas_(atlas),
        frame_(frame),
        look_(look),
        links_drawn_(links_drawn),
        typesetter_(typesetter),
        unit_(std::max(frame.unit, kLeastUnit)),
        margin_(kMargin * unit_) {}

  Furniture make() {
    add_title();
    add_key();
    add_communities();
    add_method();
    return std::move(furniture_);
  }

 private:
  [[nodiscard]] float px(float design) const { return design * unit_; }
  [[nodiscard]] float sheet_width() const { return static_cast<float>(frame_.width_px); }
  [[nodiscard]] float sheet_height() const { return static_cast<float>(frame_.height_px); }

  /// Pixels between the margin and the map on the rows from `top` to `bottom`; the same on both sides.
  [[nodiscard]] float free_width(float top, float bottom) const {
    const float radius = 1000 * frame_.scale + px(kMapGap);
    const float nearest = std::clamp(frame_.centre_y, top, bottom) - frame_.centre_y;
    const float chord = std::abs(nearest) < radius ? std::sqrt(radius * radius - nearest * nearest) : -px(kMapGap);
    return frame_.centre_x - chord - margin_;
  }

  [[nodiscard]] TextLine set(const Words& words, float max_width_px) {
    TextStyle style = words.style;
    style.max_width = max_width_px / words.size_px;
    return typesetter_.set(words.text, style);
  }

  /// Puts words on a baseline when there is room for a few letters; `x` is the side or middle that `align` names.
  /// Returns the width taken, 0 when left out.
  float put(const Words& words, float x, float baseline, Align align, float max_width_px) {
    if (words.size_px < kLeastTextPx || max_width_px < 4 * words.size_px) return 0;
    TextLine line = set(words, max_width_px);
    if (line.empty()) return 0;
    const float width = line.ink_width() * words.size_px;
    const float left = align == Align::kLeft ? x : align == Align::kMiddle ? x - width / 2 : x - width;
    TextPaint paint;
    paint.size_px = words.size_px;
    paint.x = left - line.ink_left() * words.size_px;
    paint.y = baseline;
    paint.color = words.color;
    furniture_.reserved.push_back(ink_box(line, paint).grown(px(kReservedMargin), px(kReservedMargin)));
    furniture_.texts.push_back({std::move(line), paint});
    return width;
  }

  /// "1 link", "14,214 links".
  [[nodiscard]] static std::string counted(std::uint64_t number, const std::string& thing) {
    return with_thousands(number) + " " + thing + (number == 1 ? "" : "s");
  }

  // ---- top left

  /// The title in one line or two, as large as fits.
  [[nodiscard]] std::pair<std::vector<std::string>, float> title_lines(const std::string& title, float top) {
    const TextStyle style{Face::kDisplayBold, 0, 0};
    std::vector<std::vector<std::string>> ways{{title}};
    for (auto at = title.find(' '); at != std::string::npos; at = title.find(' ', at + 1)) {
      if (at > 0 && at + 1 < title.size()) ways.push_back({title.substr(0, at), title.substr(at + 1)});
    }
    // Too many words for one line or two: all on one line, which ends in an ellipsis.
    if (ways.size() > 40) ways.resize(1);
    std::vector<std::string> best = ways.front();
    float best_size = 0;
    for (const auto& way : ways) {
      float size = px(kTitleSize);
      for (std::size_t i = 0; i < way.size(); ++i) {
        const float room = free_width(top, top + px(kTitleSize) * kTitlePitch * static_cast<float>(i + 1));
        const float width = typesetter_.set(way[i], style).advance();
        if (width > 0) size = std::min(size, room / width);
      }
      // One line of full size is calmer than two; among equal splits the first line should be the longer one.
      if (size > best_size * 1.02F || (size >= best_size && best.size() == 2 && way.size() == 2 && way[0].size() <= way[1].size() + 4)) {
        best = way;
        best_size = size;
      }
    }
    return {best, std::max(best_size, px(kTitleSize) * kLeastTitleShare)};
  }

  void add_title() {
    float y = margin_ + px(kBrandSize) * 0.72F;
    put({"VIEWERATLAS", {Face::kBold, 0.22F, 0}, px(kBrandSize), look_.text_third}, margin_, y, Align::kLeft, free_width(margin_, y));
    y += px(36);
    const std::string title = atlas_.provenance.title.empty() ? "Communities by shared viewers" : atlas_.provenance.title;
    const auto [lines, size] = title_lines(title, y);
    for (const auto& line : lines) {
      y += size * kTitlePitch;
      put({line, {Face::kDisplayBold, 0, 0}, size, look_.text}, margin_, y - size * 0.22F, Align::kLeft, free_width(y - size, y));
    }
    y += px(22);
    const auto fact = [&](const std::string& text, Face face, float size_px, const Srgb& color) {
      if (text.empty()) return;
      y += size_px * 1.38F;
      put({text, {face, 0, 0}, size_px, color}, margin_, y - size_px * 0.3F, Align::kLeft, free_width(y - size_px, y));
    };
    fact(window_text(atlas_.provenance.window_begin, atlas_.provenance.window_end), Face::kMedium, px(kWindowSize), look_.text_second);
    fact(counted(atlas_.channels.size(), "channel") + "  \u00B7  " + counted(atlas_.edges.size(), "link"), Face::kRegular, px(kFactSize),
         look_.text_third);
    fact("link = at least " + counted(atlas_.provenance.threshold, "shared viewer"), Face::kRegular, px(kFactSize), look_.text_third);
  }

  // ---- top right

  /// The largest of 1, 2, 5 x 10^k that is no more than `value`.
  [[nodiscard]] static double round_number(double value) {
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double step : {5.0, 2.0}) {
      if (step * power <= value * (1 + 1e-9)) return step * power;
    }
    return power;
  }

  struct KeyRing {
    double audience;
    float radius;
  };

  /// Round audiences within the data, about a factor of four apart, with the radius that the map gives them.
  [[nodiscard]] std::vector<KeyRing> key_rings() const {
    std::vector<KeyRing> rings;
    const auto largest = std::max_element(atlas_.channels.begin(), atlas_.channels.end(),
                                          [](const AtlasChannel& a, const AtlasChannel& b) { return a.audience < b.audience; });
    if (largest == atlas_.channels.end() || largest->audience == 0) return rings;
    const float most_px = largest->radius * frame_.scale * kDiscShare;
    const auto most = static_cast<double>(largest->audience);
    for (double audience = round_number(most); rings.size() < 4 && audience >= 1; audience = round_number(audience / 4)) {
      const float radius = most_px * static_cast<float>(std::sqrt(audience / most));
      if (radius < px(kSmallestKeyRing)) break;
      if (radius <= px(kLargestKeyRing)) rings.push_back({audience, radius});
    }
    return rings;
  }

  /// True when small discs are drawn larger than their audience asks for.
  [[nodiscard]] bool has_floor() const {
    if (atlas_.channels.empty()) return false;
    const auto& most = atlas_.channels.front();
    const auto& least = atlas_.channels.back();
    if (most.audience == 0) return false;
    return static_cast<double>(least.radius) >
           1.05 * static_cast<double>(most.radius) * std::sqrt(static_cast<double>(least.audience) / static_cast<double>(most.audience));
  }

  void add_key() {
    const auto rings = key_rings();
    if (rings.empty()) return;
    const float right = sheet_width() - margin_;
    const float caption = margin_ + px(kBrandSize) * 0.72F;
    const float baseline = caption + px(50) + 2 * rings.front().radius;
    const float bottom = baseline + px(52);
    const float room = free_width(margin_, bottom);
    float width = 0;
    for (const auto& ring : rings) width += std::max(2 * ring.radius, px(84)) + px(40);
    if (width > room || px(kListSize) < kLeastTextPx) return;
    put({"CIRCLE AREA = UNIQUE VIEWERS", {Face::kSemiBold, 0.12F, 0}, px(kCaptionSize), look_.text_third}, right, caption, Align::kRight,
        room);
    float x = right;
    for (const auto& ring : rings) {
      const float half = std::max(ring.radius, px(42));
      x -= half;
      furniture_.marks.push_back({x, baseline - ring.radius, ring.radius, px(2.2F), look_.text, 0.08F, 0.72F});
      furniture_.reserved.push_back(Box{x - ring.radius, baseline - 2 * ring.radius, x + ring.radius, baseline}.grown(px(16), px(16)));
      put({abbreviated(ring.audience), {Face::kMedium, 0, 0}, px(kListSize), look_.text_second}, x, baseline + px(46), Align::kMiddle,
          px(200));
      x -= half + px(40);
    }
    if (has_floor()) {
      put({"smallest circles drawn larger", {Face::kRegular, 0, 0}, px(kCaptionSize), look_.text_third}, right, baseline + px(96),
          Align::kRight, free_width(margin_, baseline + px(96)));
    }
  }

  // ---- bottom corners

  [[nodiscard]] float row_top(std::size_t row, std::size_t rows) const {
    return sheet_height() - margin_ - px(44) - px(kRowPitch) * static_cast<float>(rows - row);
  }

  /// How many rows fit beside the map with room for a dot, a short name and a number.
  [[nodiscard]] std::size_t rows_that_fit() const {
    for (std::size_t rows = kMostRows; rows > 0; --rows) {
      const float top = row_top(0, rows) - px(70);
      if (top > sheet_height() / 2 && free_width(top, top + px(kRowPitch)) > px(kListIndent + 11 * kListSize)) return rows;
    }
    return 0;
  }

  void add_communities() {
    std::vector<std::uint32_t> order(atlas_.communities.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return atlas_.communities[a].audience > atlas_.communities[b].audience; });
    const std::size_t most = rows_that_fit();
    if (order.empty() || most == 0 || px(kListSize) < kLeastTextPx) return;
    const std::size_t left_rows = std::min(order.size(), most);
    std::size_t right_rows = std::min(order.size() - left_rows, most);
    const std::size_t unlisted = order.size() - left_rows - right_rows;
    if (unlisted > 0) --right_rows;  // its last row says how many are not listed

    const float caption = row_top(0, left_rows) - px(26);
    put({"COMMUNITIES BY AUDIENCE  \u00B7  channels", {Face::kSemiBold, 0.06F, 0}, px(kCaptionSize - 3), look_.text_third}, margin_,
        caption, Align::kLeft, free_width(caption - px(30), caption));
    for (std::size_t i = 0; i < left_rows; ++i) add_row(order[i], row_top(i, left_rows), Align::kLeft);
    const std::size_t shown_right = right_rows + (unlisted > 0 ? 1 : 0);
    for (std::size_t i = 0; i < right_rows; ++i) add_row(order[left_rows + i], row_top(i, shown_right), Align::kRight);
    if (unlisted == 0) return;
    const float y = row_top(right_rows, shown_right) + px(33);
    put({"+ " + with_thousands(unlisted + 1) + " more", {Face::kRegular, 0, 0}, px(kListSize), look_.text_third}, sheet_width() - margin_,
        y, Align::kRight, px(400));
  }

  void add_row(std::uint32_t index, float top, Align align) {
    const auto& community = atlas_.communities[index];
    const bool left = align == Align::kLeft;
    const float inwards = left ? 1.0F : -1.0F;
    const float edge = left ? margin_ : sheet_width() - margin_;
    const float baseline = top + px(33);
    const std::string count = with_thousands(community.num_channels);
    const float room =
        free_width(top, top + px(kRowPitch)) - px(kListIndent) - px(kListSize) * (0.65F * static_cast<float>(count.size()) + 0.6F);
    const float width =
        put({community.label, {Face::kMedium, 0, 0}, px(kListSize), look_.text}, edge + inwards * px(kListIndent), baseline, align, room);
    if (width <= 0) return;
    furniture_.marks.push_back({edge + inwards * px(kDotRadius), top + px(22), px(kDotRadius), 0, fill_color(atlas_, index), 1, 0});
    furniture_.reserved.push_back(
        Box{left ? edge : edge - px(kListIndent), top, left ? edge + px(kListIndent) : edge, top + px(kRowPitch)});
    put({count, {Face::kRegular, 0, 0}, px(kListSize), look_.text_third}, edge + inwards * (px(kListIndent + 16) + width), baseline, align,
        px(400));
  }

  // ---- bottom

  void add_method() {
    std::string text = "Made with ViewerAtlas";
    const auto add = [&](const std::string& part) { text += "  \u00B7  " + part; };
    if (!atlas_.provenance.version.empty()) text += " " + atlas_.provenance.version;
    if (!atlas_.provenance.method.empty()) add(atlas_.provenance.method);
    if (links_drawn_ < atlas_.edges.size()) add("the " + with_thousands(links_drawn_) + " strongest links drawn");
    add("not affiliated with Twitch");
    const float size = std::max(px(kMethodSize), kLeastMethodPx);
    const float baseline = sheet_height() - px(58);
    const float room = sheet_width() - 2 * margin_;
    const auto rows = wrapped(text, {Face::kRegular, 0, 0}, room / size);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const float y = baseline - size * 1.4F * static_cast<float>(rows.size() - 1 - i);
      put({rows[i], {Face::kRegular, 0, 0}, size, look_.text_third}, frame_.centre_x, y, Align::kMiddle, room);
    }
  }

  /// At most two rows, broken at a separating dot; the second ends in an ellipsis when it is too long.
  [[nodiscard]] std::vector<std::string> wrapped(const std::string& text, const TextStyle& style, float max_width) {
    constexpr std::string_view kJoint = "  \u00B7  ";
    if (text_width(text, style) <= max_width) return {text};
    std::size_t cut = std::string::npos;
    for (auto at = text.find(kJoint); at != std::string::npos; at = text.find(kJoint, at + 1)) {
      if (text_width(text.substr(0, at), style) > max_width) break;
      cut = at;
    }
    if (cut == std::string::npos) return {text};
    return {text.substr(0, cut), text.substr(cut + kJoint.size())};
  }

  [[nodiscard]] float text_width(const std::string& text, const TextStyle& style) { return typesetter_.set(text, style).advance(); }

  const Atlas& atlas_;
  const Frame& frame_;
  const Look& look_;
  std::size_t links_drawn_;
  Typesetter& typesetter_;
  float unit_;
  float margin_;
  Furniture furniture_;
};

}  // namespace

Furniture make_furniture(const Atlas& atlas, const Frame& frame, const Look& look, std::size_t links_drawn, Typesetter& typesetter) {
  return Furnisher(atlas, frame, look, links_drawn, typesetter).make();
}

}  // namespace vieweratlas::render_internal
