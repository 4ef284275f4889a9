#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fake_twitch {

/// Numbers and texts that a scenario ("settings") and the control endpoint ({"do": "set", ...}) may change at any time. Times are
/// milliseconds; 0 switches off unless said; yes is 1. tests/support/README.md lists them.
struct Settings {
  // Limits of an identity over all of its connections.
  std::int64_t join_limit = 20;
  std::int64_t join_window_ms = 10'000;
  std::int64_t auth_limit = 20;
  std::int64_t auth_window_ms = 10'000;
  std::int64_t room_cap = 100;
  std::int64_t anonymous_room_cap = 0;
  std::int64_t anonymous_limits = 0;    ///< the windows hold for anonymous logins too
  std::int64_t slot_release_ms = 0;     ///< a room's slot after its connection ended
  std::int64_t part_release_ms = 0;     ///< a room's slot after PART
  std::string join_reaction = "close";  ///< to JOINs over the limit: close, drop, accept
  std::string auth_reaction = "close";  ///< to logins over the limit: close, drop, accept

  // Handshake.
  std::int64_t welcome_delay_ms = 0;
  std::int64_t cap_nak = 0;
  std::int64_t auth_fail = 0;  ///< so many next logins fail with auth_text
  std::string auth_text = "Login authentication failed";
  std::int64_t no_welcome = 0;  ///< logins are never answered

  // Answers to JOIN.
  std::int64_t join_delay_ms = 0;
  std::int64_t lost_join_percent = 0;
  std::int64_t join_echo = 1;
  std::int64_t join_names = 1;
  std::int64_t join_roomstate = 1;
  std::int64_t names_need_membership = 1;  ///< else 353 lists others for everybody

  // Keep-alive.
  std::int64_t ping_every_ms = 0;
  std::int64_t pong_timeout_ms = 10'000;
  std::int64_t no_pong = 0;

  // Transport.
  std::int64_t accept_silent = 0;    ///< so many next connections are accepted and never answered, TLS included
  std::int64_t reset_on_accept = 0;  ///< so many next connections end with RST
  std::int64_t segment_bytes = 0;
  std::int64_t coalesce_ms = 0;
  std::int64_t slow_reader_bytes = 0;     ///< unsent bytes after which a reader is kicked
  std::int64_t reconnect_close_ms = 500;  ///< from RECONNECT to the end

  // Traffic.
  std::int64_t rate = 0;               ///< lines in a second over all joined rooms
  std::int64_t clock_skew_ms = 0;      ///< added to tmi-sent-ts and to the Date of HTTP answers
  std::int64_t reorder_percent = 0;    ///< of messages that come after the next one
  std::int64_t membership_ms = 0;      ///< between batches of JOIN and PART of others, for who asked
  std::int64_t mirrors_percent = 100;  ///< of messages of rooms in a shared chat

  // Helix.
  std::int64_t points = 800;  ///< bucket of an application, per points_window_ms
  std::int64_t points_window_ms = 60'000;
  std::int64_t page_overlap = 0;     ///< rows of a page that stood on the page before
  std::int64_t page_gap = 0;         ///< rows between pages that no page shows
  std::int64_t short_page = 0;       ///< rows less than asked for
  std::int64_t empty_page = 0;       ///< the page of that number (from 1) is empty, with a cursor
  std::int64_t loop_after_page = 0;  ///< the page of that number gives the cursor "IA", which means page one
  std::int64_t same_cursor = 0;      ///< every page gives the cursor that it was asked with
  std::int64_t no_pagination = 0;    ///< pages have no "pagination" at all
  std::int64_t cursor_life_ms = 0;
  std::int64_t viewer_drift_percent = 0;
  std::int64_t odd_fields = 0;  ///< null tags, unknown fields, numbers as text and near 2^53
  std::int64_t gzip = 0;
  std::string redirect_to;  ///< for the answer "redirect"; empty: the port "elsewhere"

  // id.twitch.tv.
  std::int64_t token_life_s = 14'400;
  std::int64_t app_token_life_s = 5'000'000;
  std::int64_t rotate_refresh = 1;
  std::int64_t device_polls = 2;  ///< answers authorization_pending before the token; -1 = until approved by control
  std::int64_t device_interval_s = 1;
  std::int64_t device_life_s = 1800;
  std::int64_t page_size_cap = 100;

  /// False when there is no such setting or it has the other type.
  bool set(std::string_view name, std::int64_t value);
  bool set(std::string_view name, std::string_view value);
};

}  // namespace fake_twitch
