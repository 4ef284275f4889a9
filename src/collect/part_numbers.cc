#include "collect/part_numbers.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::string_view kFile = "state/collector.number";
constexpr std::uint32_t kLeast = std::uint32_t{1} << 31U;
constexpr std::uint32_t kMost = ~std::uint32_t{0} - 1'000'000;  // parts are counted from it

std::optional<std::uint32_t> number_of(const Result<std::string>& text) {
  if (!text) return std::nullopt;
  const std::string_view digits = trim(*text);
  std::uint32_t number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_number = problem == std::errc() && end == digits.data() + digits.size();
  return is_number && number >= kLeast && number <= kMost ? std::optional(number) : std::nullopt;
}

std::uint32_t number_of_folder(const std::filesystem::path& data_dir) {
  LocalStore folder(data_dir);
  if (const auto known = number_of(folder.get(kFile))) return *known;
  std::random_device random;
  const std::uint32_t number = std::uniform_int_distribution(kLeast, kMost)(random);
  static_cast<void>(folder.put(kFile, fmt::format("{}\n", number)));  // one collector at a time works on a folder
  return number;
}

}  // namespace

std::uint32_t first_part_of(const RosterOptions& roster, const std::filesystem::path& data_dir, ObjectStore& store) {
  const std::uint32_t number = number_of_folder(data_dir);
  std::string key = "state/collector/first_writer";
  if (roster.shards > 1) key += fmt::format("_shard-{}-of-{}", roster.shard, roster.shards);
  const Result<bool> made = store.put_if_absent(key, fmt::format("{}\n", number), {.content_type = "text/plain; charset=utf-8"});
  if (made.ok() && *made) return 1;
  return number_of(store.get(key)) == number ? 1 : number;
}

}  // namespace vieweratlas::collect_internal
