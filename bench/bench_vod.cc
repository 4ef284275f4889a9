// How fast recorded chats are read: the bytes of a chat as TwitchDownloader writes it, in memory and gzipped, through parser and, with an
// import, through pseudonyms and buckets to the file. Prints one line a measurement.
//   bench_vod [MEGABYTES] [FOLDER]

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "vieweratlas/collect/vod_chat_collector.h"
#include "vieweratlas/core/check.h"
#include "vieweratlas/privacy/forgotten.h"
#include "vieweratlas/privacy/pseudonym.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/compression.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/twitch/vod_chat.h"

namespace {

using namespace vieweratlas;

/// Some 1,100 bytes a comment, as in real files; 20,000 viewers.
std::string make_chat(std::size_t bytes) {
  std::string text =
      R"({"FileInfo":{"Version":{"Major":1,"Minor":4,"Patch":0}},"streamer":{"name":"Lumen","login":"lumen","id":4021},"video":{"title":"t","id":"2345","created_at":"2026-01-05T10:00:00Z","start":0,"end":172800},"comments":[)";
  for (std::uint64_t i = 0; text.size() < bytes; ++i) {
    const std::string viewer = std::to_string(i * 7919 % 20011);
    const std::string number = std::to_string(i);
    if (i > 0) text += ',';
    text +=
        R"({"_id":"3f2b8c1e-0000-4000-8000-)" + number +
        R"(","created_at":"2026-01-05T10:00:07.123Z","channel_id":"4021","content_type":"video","content_id":"2345","content_offset_seconds":)" +
        std::to_string(i / 8 % 172800) + "." + std::to_string(i % 10) + R"(,"commenter":{"display_name":"Viewer_)" + viewer +
        R"(","_id":"1)" + viewer + R"(","name":"viewer_)" + viewer +
        R"(","bio":"streams now and then, talks about chess and music","created_at":"2019-03-02T11:12:13.456Z","updated_at":"2026-01-01T00:00:00Z","logo":"https://static-cdn.jtvnw.net/jtv_user_pictures/8f1d6b7e-0000-4000-8000-000000000000-profile_image-300x300.png"},)"
        R"("message":{"body":"that was a \"great\" move, was it not? Kappa Kappa","bits_spent":0,"fragments":[{"text":"that was a \"great\" move, was it not? ","emoticon":null},{"text":"Kappa","emoticon":{"emoticon_id":"25"}},{"text":" ","emoticon":null},{"text":"Kappa","emoticon":{"emoticon_id":"25"}}],)"
        R"("user_badges":[{"_id":"subscriber","version":"12"},{"_id":"premium","version":"1"}],"user_color":"#FF7F50","emoticons":[{"_id":"25","begin":38,"end":42},{"_id":"25","begin":44,"end":48}]}})";
  }
  return text + R"(],"embeddedData":null})";
}

class Counter final : public VodChatEvents {
 public:
  void on_comment(const VodComment& comment) override { count += comment.has_commenter ? 1 : 0; }
  std::uint64_t count = 0;
};

template <typename Work>
void measure(std::string_view what, std::size_t bytes, const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  const std::uint64_t comments = work();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%-28s %8.0f MB/s of JSON  %10.0f comments/s\n", std::string(what).c_str(), static_cast<double>(bytes) / 1e6 / seconds,
              static_cast<double>(comments) / seconds);
}

std::uint64_t parse(std::string_view stored) {
  Counter counter;
  VodChatParser parser(counter);
  const auto source = make_byte_source(stored);
  for (;;) {
    const auto piece = source->next();
    VA_CHECK(piece.ok());
    if (piece->empty()) break;
    VA_CHECK(parser.feed(*piece).ok());
  }
  VA_CHECK(parser.finish().ok());
  return counter.count;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t bytes = (argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 300) * 1'000'000;
  const std::filesystem::path folder = argc > 2 ? argv[2] : std::filesystem::temp_directory_path() / "vieweratlas-bench-vod";
  const std::string chat = make_chat(bytes);
  measure("parser", chat.size(), [&] { return parse(chat); });
  const std::string gzip = compress_gzip(chat);
  measure("gzip and parser", chat.size(), [&] { return parse(gzip); });
  VA_CHECK(write_file_atomic(folder / "chat.json", chat).ok());
  const auto key = ViewerKey::load_or_create(folder / "private/viewer.key");
  VA_CHECK(key.ok());
  const ForgottenList forgotten;
  measure("file to snapshots", chat.size(), [&] {
    const auto report = import_vod_chat({.path = folder / "chat.json"}, false, {.data_dir = folder}, *key, forgotten, {});
    VA_CHECK(report.ok());
    return report->sightings;
  });
  std::filesystem::remove_all(folder);
  return 0;
}
