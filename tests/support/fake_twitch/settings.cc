#include "support/fake_twitch/settings.h"

#include <algorithm>
#include <array>

namespace fake_twitch {
namespace {

template <class Value>
struct Row {
  std::string_view name;
  Value Settings::* member;
};

#define FAKE_TWITCH_ROW(name) {#name, &Settings::name}

constexpr std::array<Row<std::int64_t>, 53> kNumbers{{
    FAKE_TWITCH_ROW(join_limit),
    FAKE_TWITCH_ROW(join_window_ms),
    FAKE_TWITCH_ROW(auth_limit),
    FAKE_TWITCH_ROW(auth_window_ms),
    FAKE_TWITCH_ROW(room_cap),
    FAKE_TWITCH_ROW(anonymous_room_cap),
    FAKE_TWITCH_ROW(anonymous_limits),
    FAKE_TWITCH_ROW(slot_release_ms),
    FAKE_TWITCH_ROW(part_release_ms),
    FAKE_TWITCH_ROW(welcome_delay_ms),
    FAKE_TWITCH_ROW(cap_nak),
    FAKE_TWITCH_ROW(auth_fail),
    FAKE_TWITCH_ROW(no_welcome),
    FAKE_TWITCH_ROW(join_delay_ms),
    FAKE_TWITCH_ROW(lost_join_percent),
    FAKE_TWITCH_ROW(join_echo),
    FAKE_TWITCH_ROW(join_names),
    FAKE_TWITCH_ROW(join_roomstate),
    FAKE_TWITCH_ROW(names_need_membership),
    FAKE_TWITCH_ROW(ping_every_ms),
    FAKE_TWITCH_ROW(pong_timeout_ms),
    FAKE_TWITCH_ROW(no_pong),
    FAKE_TWITCH_ROW(accept_silent),
    FAKE_TWITCH_ROW(reset_on_accept),
    FAKE_TWITCH_ROW(segment_bytes),
    FAKE_TWITCH_ROW(coalesce_ms),
    FAKE_TWITCH_ROW(slow_reader_bytes),
    FAKE_TWITCH_ROW(reconnect_close_ms),
    FAKE_TWITCH_ROW(rate),
    FAKE_TWITCH_ROW(clock_skew_ms),
    FAKE_TWITCH_ROW(reorder_percent),
    FAKE_TWITCH_ROW(membership_ms),
    FAKE_TWITCH_ROW(mirrors_percent),
    FAKE_TWITCH_ROW(points),
    FAKE_TWITCH_ROW(points_window_ms),
    FAKE_TWITCH_ROW(page_overlap),
    FAKE_TWITCH_ROW(page_gap),
    FAKE_TWITCH_ROW(short_page),
    FAKE_TWITCH_ROW(empty_page),
    FAKE_TWITCH_ROW(loop_after_page),
    FAKE_TWITCH_ROW(same_cursor),
    FAKE_TWITCH_ROW(no_pagination),
    FAKE_TWITCH_ROW(cursor_life_ms),
    FAKE_TWITCH_ROW(viewer_drift_percent),
    FAKE_TWITCH_ROW(odd_fields),
    FAKE_TWITCH_ROW(gzip),
    FAKE_TWITCH_ROW(token_life_s),
    FAKE_TWITCH_ROW(app_token_life_s),
    FAKE_TWITCH_ROW(rotate_refresh),
    FAKE_TWITCH_ROW(device_polls),
    FAKE_TWITCH_ROW(device_interval_s),
    FAKE_TWITCH_ROW(device_life_s),
    FAKE_TWITCH_ROW(page_size_cap),
}};

constexpr std::array<Row<std::string>, 4> kTexts{{
    FAKE_TWITCH_ROW(join_reaction),
    FAKE_TWITCH_ROW(auth_reaction),
    FAKE_TWITCH_ROW(auth_text),
    FAKE_TWITCH_ROW(redirect_to),
}};

#undef FAKE_TWITCH_ROW

template <class Rows, class Value>
bool set_row(const Rows& rows, Settings& settings, std::string_view name, const Value& value) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& one) { return one.name == name; });
  if (row == rows.end()) {
    return false;
  }
  settings.*(row->member) = value;
  return true;
}

}  // namespace

bool Settings::set(std::string_view name, std::int64_t value) { return set_row(kNumbers, *this, name, value); }

bool Settings::set(std::string_view name, std::string_view value) { return set_row(kTexts, *this, name, value); }

}  // namespace fake_twitch
