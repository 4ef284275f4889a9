#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/slow_irc.h"
#include "twitch/irc_line.h"

namespace vieweratlas {
namespace {

// "tags|prefix|COMMAND|param|param", or "-" for what is no line.
std::string parts_of(std::string_view line) {
  const std::optional<IrcLine> parsed = parse_irc_line(line);
  if (!parsed) return "-";
  std::string text = std::string(parsed->tags) + "|" + std::string(parsed->prefix) + "|" + std::string(parsed->command);
  std::string_view params = parsed->params;
  for (std::optional<std::string_view> param; (param = next_param(params));) text += "|" + std::string(*param);
  return text;
}

TEST(IrcLine, GoldenTable) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"PING :tmi.twitch.tv", "||PING|tmi.twitch.tv"},
      {"PING tmi.twitch.tv", "||PING|tmi.twitch.tv"},
      {":tmi.twitch.tv 001 nick :Welcome, GLHF!", "|tmi.twitch.tv|001|nick|Welcome, GLHF!"},
      {"@a=1;b=2 :n!u@h PRIVMSG #room :hello  there : x", "a=1;b=2|n!u@h|PRIVMSG|#room|hello  there : x"},
      {"@a=1   :n!u@h   PRIVMSG   #room   :hi ", "a=1|n!u@h|PRIVMSG|#room|hi "},
      {"  PING x", "||PING|x"},
      {"RECONNECT", "||RECONNECT"},
      {"RECONNECT   ", "||RECONNECT"},
      {"@a PING", "a||PING"},
      {"@ PING", "||PING"},
      {": PING", "||PING"},
      {"CMD a b :", "||CMD|a|b|"},
      {"CMD a :b:c :d", "||CMD|a|b:c :d"},
      {"CMD a:b c", "||CMD|a:b|c"},
      {std::string("PRIVMSG #a :nul\0nul", 19), std::string("||PRIVMSG|#a|nul\0nul", 20)},
      {"PRIVMSG #a :\xFF\xFE\xC3", "||PRIVMSG|#a|\xFF\xFE\xC3"},
      {"", "-"},
      {"   ", "-"},
      {"@", "-"},
      {"@a=1", "-"},
      {"@a=1 ", "-"},
      {":prefix", "-"},
      {":prefix ", "-"},
      {"@a=1 :prefix ", "-"},
      {"PRIV-MSG #a", "-"},
      {std::string("PING\0 x", 7), "-"},
      {"\xC3\xA9 x", "-"},
  };
  for (const auto& [line, parts] : table) EXPECT_EQ(parts_of(line), parts) << line;
}

TEST(IrcLine, NickStandsBeforeTheExclamationMark) {
  EXPECT_EQ(nick_of("ada!ada@ada.tmi.twitch.tv"), "ada");
  EXPECT_EQ(nick_of("tmi.twitch.tv"), "");
  EXPECT_EQ(nick_of("!x"), "");
}

TEST(IrcLine, Unescaping) {
  const auto unescaped = [](std::string_view escaped) {
    std::string out;
    append_unescaped(out, escaped);
    return out;
  };
  EXPECT_EQ(unescaped(R"(a\sb\:c\\d\re\n)"), "a b;c\\d\re\n");
  EXPECT_EQ(unescaped(R"(a\b)"), "ab");
  EXPECT_EQ(unescaped("a\\"), "a");
  EXPECT_EQ(unescaped("\\"), "");
  EXPECT_EQ(unescaped("a\\\\"), "a\\");
  EXPECT_EQ(unescaped(""), "");
}

TEST(IrcTags, AnyOrderMissingEmptyUnknownAndRepeated) {
  std::string scratch;
  ChatTags tags = read_chat_tags("user-id=7;room-id=8;id=m;tmi-sent-ts=5;badges=a/1,b/2;login=ada;msg-id=sub;source-room-id=9", scratch);
  EXPECT_EQ(tags.user_id, "7");
  EXPECT_EQ(tags.room_id, "8");
  EXPECT_EQ(tags.id, "m");
  EXPECT_EQ(tags.tmi_sent_ts, "5");
  EXPECT_EQ(tags.badges, "a/1,b/2");
  EXPECT_EQ(tags.login, "ada");
  EXPECT_EQ(tags.msg_id, "sub");
  EXPECT_EQ(tags.source_room_id, "9");
  tags = read_chat_tags("source-room-id=9;user-id-x=1;user-idx=2;xuser-id=3;user-type=;room-id;id=;;;=;id=a=b", scratch);
  EXPECT_EQ(tags.user_id, "");
  EXPECT_EQ(tags.room_id, "");
  EXPECT_EQ(tags.id, "a=b");
  EXPECT_EQ(tags.source_room_id, "9");
  tags = read_chat_tags("user-id=1;user-id=2", scratch);
  EXPECT_EQ(tags.user_id, "2");
  tags = read_chat_tags("user-id=1;user-id", scratch);
  EXPECT_EQ(tags.user_id, "");
  tags = read_chat_tags("", scratch);
  EXPECT_EQ(tags.id, "");
}

TEST(IrcTags, ValuesAreUnescaped) {
  std::string scratch;
  const ChatTags tags = read_chat_tags(R"(id=a\sb;display-name=x\:y;user-id=1\;room-id=\:)", scratch);
  EXPECT_EQ(tags.id, "a b");
  EXPECT_EQ(tags.user_id, "1");
  EXPECT_EQ(tags.room_id, ";");
}

std::vector<std::string> lines_of(const std::vector<std::string>& pieces, std::size_t bound) {
  LineSplitter splitter(bound);
  std::vector<std::string> lines;
  for (const std::string& piece : pieces) {
    // A copy of its own size lets the sanitizer see every byte that is read beyond it.
    const std::vector<char> exact(piece.begin(), piece.end());
    splitter.feed(
        std::string_view(exact.data(), exact.size()), [&](std::string_view line) { lines.emplace_back(line); },
        [&] { lines.emplace_back("(overlong)"); });
  }
  return lines;
}

TEST(LineSplitter, TakesLfCrlfAndEmptyLines) {
  EXPECT_EQ(lines_of({"a\r\nb\nc\r\n\r\n\nd\re\r\r\n"}, 100), (std::vector<std::string>{"a", "b", "c", "", "", "d\re\r"}));
  EXPECT_EQ(lines_of({"no end"}, 100), (std::vector<std::string>{}));
}

TEST(LineSplitter, CarriesPartsOver) {
  EXPECT_EQ(lines_of({"ab", "c", "", "\r", "\nx", "\n"}, 100), (std::vector<std::string>{"abc", "x"}));
}

TEST(LineSplitter, DropsOverlongLinesUpToTheirEnd) {
  EXPECT_EQ(lines_of({"12345\nok\n"}, 5), (std::vector<std::string>{"12345", "ok"}));
  EXPECT_EQ(lines_of({"123456\nok\n"}, 5), (std::vector<std::string>{"(overlong)", "ok"}));
  EXPECT_EQ(lines_of({"123", "456", "789", "\nok\n"}, 5), (std::vector<std::string>{"(overlong)", "ok"}));
  EXPECT_EQ(lines_of({std::string(100'000, 'x'), std::string(100'000, 'x') + "\nok\n"}, 65'536),
            (std::vector<std::string>{"(overlong)", "ok"}));
}

TEST(LineSplitter, AnyCutGivesTheSameLines) {
  const bool good = rc::check("cuts change nothing", [] {
    const auto letters = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\r\n\n\0 :", 8)));
    const std::string text = *letters;
    const auto cuts = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, text.size() + 1));
    std::vector<std::size_t> at(cuts);
    at.push_back(0);
    at.push_back(text.size());
    std::sort(at.begin(), at.end());
    std::vector<std::string> pieces;
    for (std::size_t i = 1; i < at.size(); ++i) pieces.push_back(text.substr(at[i - 1], at[i] - at[i - 1]));
    const std::size_t bound = *rc::gen::inRange<std::size_t>(0, 12);
    RC_ASSERT(lines_of(pieces, bound) == lines_of({text}, bound));
  });
  EXPECT_TRUE(good);
}

// What a line is made of, and the line of it.
struct Made {
  std::vector<std::pair<std::string, std::string>> tags;
  std::string prefix;
  std::string command;
  std::vector<std::string> params;
  bool trailing = false;
};

std::string escaped(const std::string& value) {
  std::string out;
  for (const char c : value) {
    switch (c) {
      case ';': out += "\\:"; break;
      case ' ': out += "\\s"; break;
      case '\\': out += "\\\\"; break;
      case '\r': out += "\\r"; break;
      case '\n': out += "\\n"; break;
      default: out += c;
    }
  }
  return out;
}

std::string serialise(const Made& made) {
  std::string line;
  for (const auto& [key, value] : made.tags) line += (line.empty() ? "@" : ";") + key + "=" + escaped(value);
  if (!line.empty()) line += " ";
  if (!made.prefix.empty()) line += ":" + made.prefix + " ";
  line += made.command;
  for (std::size_t i = 0; i < made.params.size(); ++i) {
    line += made.trailing && i + 1 == made.params.size() ? " :" : " ";
    line += made.params[i];
  }
  return line;
}

TEST(IrcLine, ParsingGivesBackWhatWasSerialised) {
  const bool good = rc::check("parse(serialise(x)) = x", [] {
    const std::vector<std::string> keys = {"badges",  "id",          "login",   "msg-id",    "room-id", "source-room-id",
                                           "user-id", "tmi-sent-ts", "unknown", "+client/x", "user",    "i"};
    const auto word = rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcXYZ019!@#_."))));
    const auto text = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab :;\\=@\xC3\xA9\0", 12)));
    const auto value = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab :;\\=\r\n\xFF\0", 11)));
    Made made;
    for (const std::string& key : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(keys)))
      made.tags.emplace_back(key, *value);
    if (*rc::gen::arbitrary<bool>()) made.prefix = *word;
    made.command = *rc::gen::element<std::string>("PRIVMSG", "001", "x9");
    made.params = *rc::gen::container<std::vector<std::string>>(word);
    if (*rc::gen::arbitrary<bool>()) {
      made.params.push_back(*text);
      made.trailing = true;
    }
    const std::string line = serialise(made);
    const std::vector<char> exact(line.begin(), line.end());
    const std::optional<IrcLine> parsed = parse_irc_line(std::string_view(exact.data(), exact.size()));
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->prefix == made.prefix);
    RC_ASSERT(parsed->command == made.command);
    std::vector<std::string> params;
    std::string_view rest = parsed->params;
    for (std::optional<std::string_view> param; (param = next_param(rest));) params.emplace_back(*param);
    RC_ASSERT(params == made.params);
    std::string scratch;
    const ChatTags tags = read_chat_tags(parsed->tags, scratch);
    const auto last = [&](std::string_view key) {
      std::string found;
      for (const auto& [name, content] : made.tags) found = name == key ? content : found;
      return found;
    };
    RC_ASSERT(tags.badges == last("badges"));
    RC_ASSERT(tags.id == last("id"));
    RC_ASSERT(tags.login == last("login"));
    RC_ASSERT(tags.msg_id == last("msg-id"));
    RC_ASSERT(tags.room_id == last("room-id"));
    RC_ASSERT(tags.source_room_id == last("source-room-id"));
    RC_ASSERT(tags.user_id == last("user-id"));
    RC_ASSERT(tags.tmi_sent_ts == last("tmi-sent-ts"));
  });
  EXPECT_TRUE(good);
}

// Random letters seldom make a line; these pieces do, and wrong ones, too.
TEST(IrcLine, ReadsLikeTheSlowParser) {
  const bool good = rc::check("both readings agree", [] {
    const std::vector<std::string> pieces = {
        "@",       ":",   " ",    "  ",      ";",     "=",     "\\",  "\\s", "a",    "user-id",         "id", "msg-id", "room-id=",
        "badges=", "x=1", "PING", "PRIVMSG", "#room", "n!u@h", "353", "\r",  "\xFF", "source-room-id=7"};
    const auto chosen = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces));
    std::string line = *rc::gen::element<std::string>("", "@", "@id=", ":n ", "@a :b ");
    for (const std::string& piece : chosen) line += piece;
    const std::vector<char> exact(line.begin(), line.end());
    RC_ASSERT(SlowIrcLine::difference(std::string_view(exact.data(), exact.size())) == "");
  });
  EXPECT_TRUE(good);
}

}  // namespace
}  // namespace vieweratlas
