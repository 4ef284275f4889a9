#include "collect/vod_chats.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "vieweratlas/collect/vod_queue.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas::collect_internal {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kNames{"chat.json", "chat.json.gz", "chat.json.zst"};
constexpr std::string_view kPart = ".download.";

std::string key_of(const VodItem& item, std::string_view name) {
  return fmt::format("raw/vod_chat/channel={}/vod_id={}/{}", item.channel, item.vod_id, name);
}

/// Of processes that were killed. Those of a day are another process's, perhaps.
void remove_left_overs(const fs::path& folder) {
  std::error_code problem;
  for (fs::directory_iterator it(folder, problem); !problem && it != fs::directory_iterator(); it.increment(problem)) {
    if (!it->path().filename().string().starts_with(kPart)) continue;
    const auto modified = it->last_write_time(problem);
    if (!problem && fs::file_time_type::clock::now() - modified > std::chrono::hours(24)) fs::remove(it->path(), problem);
  }
}

}  // namespace

fs::path VodChats::folder_of(const VodItem& item) const { return folder_ / ("channel=" + item.channel) / ("vod_id=" + item.vod_id); }

Result<std::optional<VodChats::Chat>> VodChats::find(const VodItem& item) const {
  for (const std::string_view name : kNames) {
    std::error_code problem;
    fs::path path = folder_of(item) / name;
    if (fs::is_regular_file(path, problem)) return std::optional(Chat{.path = std::move(path)});
  }
  if (store_ == nullptr) return std::optional<Chat>();
  for (const std::string_view name : kNames) {
    const Result<bool> is_there = store_->exists(key_of(item, name));
    if (!is_there) return is_there.error();
    if (!*is_there) continue;
    Result<fs::path> path = name_for_a_part(item, std::string(name));
    if (!path) return std::move(path).error();
    const Result<StoredObject> got = store_->get_file(key_of(item, name), *path);
    if (!got) return got.error();
    return std::optional(Chat{.path = *std::move(path), .is_copy = true});
  }
  return std::optional<Chat>();
}

Result<fs::path> VodChats::name_for_a_part(const VodItem& item, const std::string& ending) const {
  const fs::path folder = folder_of(item);
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) return system_error(problem.value(), "making the folder", folder);
  remove_left_overs(folder);
  return folder / fmt::format("{}{}.{}", kPart, ::getpid(), ending);
}

Status VodChats::keep(const VodItem& item, const fs::path& chat) const {
  if (store_ == nullptr) return {};
  if (Status put = store_->put_file(key_of(item, kNames.front()), chat); !put) return put;
  std::error_code problem;
  fs::remove(chat, problem);
  return {};
}

}  // namespace vieweratlas::collect_internal
