// Any bytes as a recorded chat: what is told is clean, and where the bytes are cut changes nothing. The first byte is the size of the
// pieces.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/twitch/irc_session.h"
#include "vieweratlas/twitch/vod_chat.h"

namespace {

using namespace vieweratlas;

class Witness final : public VodChatEvents {
 public:
  void on_comment(const VodComment& comment) override {
    VA_CHECK(comment.viewer_login.empty() || is_login(comment.viewer_login));
    for (const std::string_view text : {comment.id, comment.channel_id, comment.content_id, comment.viewer_id, comment.notice}) {
      VA_CHECK(text.size() <= 64 && is_utf8(text));
      told += text;
      told += '|';
    }
    told += comment.viewer_login;
    told += comment.has_commenter ? '+' : '-';
    told += comment.is_broadcaster ? '+' : '-';
    if (comment.offset_s) told += std::to_string(*comment.offset_s);
    told += '\n';
  }
  std::string told;
};

std::string read(std::string_view bytes, std::size_t piece) {
  Witness witness;
  VodChatParser parser(witness);
  Status status;
  for (std::size_t at = 0; at < bytes.size() && status.ok(); at += piece) status = parser.feed(bytes.substr(at, piece));
  if (status.ok()) status = parser.finish();
  if (!status.ok()) witness.told += status.error().message;
  VA_CHECK(parser.header().streamer_login.empty() || is_login(parser.header().streamer_login));
  witness.told += parser.header().streamer_login + parser.header().streamer_id + parser.header().video_id;
  return witness.told + std::to_string(parser.num_wrong_comments());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  VA_CHECK(read(bytes, bytes.size() + 1) == read(bytes, 1U + data[0] % 32U));
  return 0;
}
