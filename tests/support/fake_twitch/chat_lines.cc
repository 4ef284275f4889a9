#include "support/fake_twitch/chat_lines.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <utility>
#include <vector>

namespace fake_twitch {
namespace {

using Tags = std::vector<std::pair<std::string, std::string>>;

constexpr std::array<std::string_view, 12> kTexts{
    "hello there",
    "gg",
    "Kappa Kappa Kappa",
    "\xF0\x9F\x98\x80\xF0\x9F\x8E\x89 what a game \xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD",
    "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 \xE3\x81\x93\xE3\x82\x93\xE3\x81\xAB\xE3\x81\xA1\xE3\x81\xAF",
    ":) :( ; = @everyone #notachannel PRIVMSG",
    "!command with arguments",
    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE2\x80\x8F(right to left)",
    "broken \xFF\xFE\xC3 bytes",
    " leading and trailing blanks ",
    "<script>alert(1)</script> \" ' , ;",
    "long",
};
constexpr std::string_view kHeavyBadges =
    "partner/1,subscriber/3072,moderator/1,vip/1,premium/1,bits/1000000,sub-gift-leader/1,hype-train/1,glitchcon2020/1,twitchcon2024/1,"
    "overwatch-league-insider_2019A/1,moments/40,predictions/blue-1,partner/1,artist-badge/1,clip-champ/1,no_audio/1,no_video/1";
constexpr std::string_view kAnonymousGifterId = "274598607";
constexpr std::string_view kAnonymousCheererId = "407665396";
constexpr std::size_t kOverlongBytes = std::size_t{100} * 1024;

std::string some_text(vieweratlas::Random& random) {
  const std::string_view text = kTexts[random.below(kTexts.size())];
  return text == "long" ? std::string(500, 'x') : std::string(text);
}

std::string display_name(const Viewer& viewer, vieweratlas::Random& random) {
  switch (random.below(8)) {
    case 0: return {};
    case 1: return "\xE8\xA6\xB3\xE5\xAE\xA2" + viewer.id;
    default: return viewer.display_name;
  }
}

Tags base_tags(const World& world, const LineRequest& request, vieweratlas::Random& random) {
  const Viewer& viewer = world.viewers[request.viewer];
  return {{"badge-info", random.chance(0.3) ? "subscriber/14" : ""},
          {"badges", random.chance(0.1) ? std::string(kHeavyBadges) : ""},
          {"color", random.chance(0.5) ? "#1E90FF" : ""},
          {"display-name", display_name(viewer, random)},
          {"emotes", random.chance(0.2) ? "25:0-4,6-10" : ""},
          {"first-msg", "0"},
          {"flags", ""},
          {"id", message_id(request.message)},
          {"mod", "0"},
          {"returning-chatter", "0"},
          {"room-id", world.channels[request.channel].room_id},
          {"subscriber", "0"},
          {"tmi-sent-ts", std::to_string(request.sent)},
          {"turbo", "0"},
          {"user-id", viewer.id},
          {"user-type", ""}};
}

void drop(Tags& tags, std::string_view name) {
  std::erase_if(tags, [&](const auto& tag) { return tag.first == name; });
}

void put(Tags& tags, std::string_view name, std::string value) {
  drop(tags, name);
  tags.emplace_back(name, std::move(value));
}

/// Now and then: another order, an unknown tag, a flag without '='.
std::string written(Tags tags, vieweratlas::Random& random) {
  if (random.chance(0.2)) {
    tags.emplace_back("never-heard-of", "a\\sb\\:c\\\\d\\r\\n");
    tags.emplace_back("lonely-flag", "");
    for (std::size_t i = tags.size(); i > 1; --i) {
      std::swap(tags[i - 1], tags[random.below(i)]);
    }
  }
  std::string out = "@";
  for (const auto& [name, value] : tags) {
    if (out.size() > 1) {
      out += ';';
    }
    out += name;
    if (name != "lonely-flag") {
      out += '=';
      out += value;
    }
  }
  return out;
}

std::string privmsg(const std::string& tags, std::string_view login, std::string_view channel, std::string_view text) {
  std::string out = tags;
  out.append(" :").append(login).append("!").append(login).append("@").append(login).append(".tmi.twitch.tv PRIVMSG #");
  out.append(channel).append(" :").append(text).append("\r\n");
  return out;
}

std::string usernotice(const std::string& tags, std::string_view channel, std::string_view text) {
  std::string out = tags + " :tmi.twitch.tv USERNOTICE #";
  out.append(channel);
  if (!text.empty()) {
    out.append(" :").append(text);
  }
  return out + "\r\n";
}

void notice_tags(Tags& tags, const Viewer& viewer, std::string_view id) {
  put(tags, "login", viewer.login);
  put(tags, "msg-id", std::string(id));
  put(tags, "system-msg", viewer.login + "\\ssubscribed\\sat\\sTier\\s1.");
}

std::string notice_line(const World& world, const LineRequest& request, Tags tags, vieweratlas::Random& random) {
  const Viewer& viewer = world.viewers[request.viewer];
  const std::string& channel = world.channels[request.channel].login;
  static constexpr std::array<std::string_view, 3> kPresent{"sub", "resub", "announcement"};
  switch (request.kind) {
    case LineKind::kMirrorNotice:
      notice_tags(tags, viewer, "sharedchatnotice");
      put(tags, "source-msg-id", "resub");
      put(tags, "source-room-id", world.channels[request.source_channel].room_id);
      put(tags, "source-id", message_id(request.source_message));
      break;
    case LineKind::kGift:
      notice_tags(tags, viewer, random.chance(0.3) ? "submysterygift" : "subgift");
      put(tags, "msg-param-recipient-id", "123456789");
      put(tags, "msg-param-recipient-user-name", "a_recipient");
      break;
    case LineKind::kRaid:
      notice_tags(tags, viewer, "raid");
      put(tags, "msg-param-viewerCount", "4321");
      break;
    case LineKind::kAnonymous:
      notice_tags(tags, viewer, "subgift");
      put(tags, "user-id", std::string(kAnonymousGifterId));
      put(tags, "login", "ananonymousgifter");
      break;
    default: notice_tags(tags, viewer, kPresent[random.below(kPresent.size())]); break;
  }
  const bool with_text = request.kind == LineKind::kNotice && random.chance(0.5);
  return usernotice(written(std::move(tags), random), channel, with_text ? some_text(random) : "");
}

std::string privmsg_line(const World& world, const LineRequest& request, Tags tags, vieweratlas::Random& random) {
  const Channel& channel = world.channels[request.channel];
  std::string login = world.viewers[request.viewer].login;
  std::string text = request.text.empty() ? some_text(random) : std::string(request.text);
  switch (request.kind) {
    case LineKind::kAction:
      text =
          "\x01"
          "ACTION " +
          text + "\x01";
      break;
    case LineKind::kNoId: drop(tags, "id"); break;
    case LineKind::kNoUserId: drop(tags, "user-id"); break;
    case LineKind::kNative:
    case LineKind::kMirror:
      put(tags, "source-room-id", world.channels[request.source_channel].room_id);
      put(tags, "source-id", message_id(request.source_message));
      put(tags, "source-badges", "");
      put(tags, "source-badge-info", "");
      break;
    case LineKind::kAnonymous:
      put(tags, "user-id", std::string(kAnonymousCheererId));
      login = "ananonymouscheerer";
      break;
    case LineKind::kBroadcaster:
      put(tags, "user-id", channel.room_id);
      login = channel.login;
      break;
    default: break;
  }
  return privmsg(written(std::move(tags), random), login, channel.login, text);
}

std::string malformed_line(const std::string& channel, vieweratlas::Random& random) {
  switch (random.below(6)) {
    case 0: return "@id=1;user-id=2\r\n";
    case 1: return ":\r\n";
    case 2: return "@ :x PRIVMSG\r\n";
    case 3: return ":only.a.prefix\r\n";
    case 4: return "   \r\n";
    default: return "@=;;=;user-id \x07 #" + channel + "\r\n";
  }
}

std::string other_line(const World& world, const LineRequest& request, vieweratlas::Random& random) {
  const std::string& channel = world.channels[request.channel].login;
  const std::string& room = world.channels[request.channel].room_id;
  const Viewer& viewer = world.viewers[request.viewer];
  switch (random.below(6)) {
    case 0:
      return "@ban-duration=600;room-id=" + room + ";target-user-id=" + viewer.id + " :tmi.twitch.tv CLEARCHAT #" + channel + " :" +
             viewer.login + "\r\n";
    case 1: return "@login=" + viewer.login + ";room-id=;target-msg-id=x :tmi.twitch.tv CLEARMSG #" + channel + " :gone\r\n";
    case 2: return "@msg-id=slow_on :tmi.twitch.tv NOTICE #" + channel + " :This room is now in slow mode.\r\n";
    case 3: return ":tmi.twitch.tv 987 you :a numeric nobody knows\r\n";
    case 4: return "@room-id=" + room + ";slow=10 :tmi.twitch.tv ROOMSTATE #" + channel + "\r\n";
    default: return ":tmi.twitch.tv HOSTTARGET #" + channel + " :- 0\r\n";
  }
}

}  // namespace

std::string message_id(std::uint64_t number) {
  const std::uint64_t mixed = vieweratlas::mix64(number);
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-8%03x-%012llx", static_cast<unsigned>(mixed >> 32U),
                static_cast<unsigned>(mixed >> 16U & 0xFFFFU), static_cast<unsigned>(mixed & 0xFFFU),
                static_cast<unsigned>(mixed >> 4U & 0xFFFU), static_cast<unsigned long long>(number & 0xFFFFFFFFFFFFULL));
  return text;
}

std::string make_line(const World& world, const LineRequest& request, vieweratlas::Random& random) {
  const std::string& channel = world.channels[request.channel].login;
  switch (request.kind) {
    case LineKind::kMalformed: return malformed_line(channel, random);
    case LineKind::kEmpty: return "\r\n";
    case LineKind::kOther: return other_line(world, request, random);
    case LineKind::kNoRoom: return ":jtv!jtv@jtv.tmi.twitch.tv PRIVMSG " + channel + " :somebody is now hosting you.\r\n";
    case LineKind::kOverlong: return privmsg("@id=" + message_id(request.message), "shouter", channel, std::string(kOverlongBytes, 'A'));
    default: break;
  }
  Tags tags = base_tags(world, request, random);
  const bool notice = request.kind == LineKind::kNotice || request.kind == LineKind::kMirrorNotice || request.kind == LineKind::kGift ||
                      request.kind == LineKind::kRaid || (request.kind == LineKind::kAnonymous && random.chance(0.5));
  return notice ? notice_line(world, request, std::move(tags), random) : privmsg_line(world, request, std::move(tags), random);
}

}  // namespace fake_twitch
