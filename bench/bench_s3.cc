// bench_s3 small|large FOLDER --count N [--parallel N]: the store on S3 at VIEWERATLAS_TEST_S3_ENDPOINT, with the bucket
// VIEWERATLAS_TEST_S3_BUCKET and AWS's variables for credentials. small: objects of 1 KiB put side by side, then fetched. large: a file
// of so many MiB in FOLDER sent, then fetched into another file.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/stage.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/s3/open_s3_store.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"

using namespace vieweratlas;         // NOLINT(google-build-using-namespace): a small program
using namespace vieweratlas::bench;  // NOLINT(google-build-using-namespace): the same

namespace {

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

void must(const Status& status) {
  if (!status.ok()) give_up(status.error());
}

void side_by_side(std::uint32_t threads, std::uint32_t count, const std::function<void(std::uint32_t)>& body) {
  std::atomic<std::uint32_t> next = 0;
  std::vector<std::thread> workers;
  for (std::uint32_t t = 0; t < threads; ++t) {
    workers.emplace_back([&] {
      for (std::uint32_t i = next++; i < count; i = next++) body(i);
    });
  }
  for (std::thread& worker : workers) worker.join();
}

void small(ObjectStore& store, Line& line, std::uint32_t count, std::uint32_t threads) {
  const std::string bytes(1024, 'x');
  const auto key_of = [](std::uint32_t i) { return "small/" + std::to_string(i) + ".json"; };
  const Stopwatch up;
  side_by_side(threads, count, [&](std::uint32_t i) { must(store.put(key_of(i), bytes)); });
  const double seconds = up.wall_seconds();
  const double cpu = up.cpu_seconds();
  const Stopwatch down;
  side_by_side(threads, count, [&](std::uint32_t i) {
    if (value_or_give_up(store.get(key_of(i))).size() != bytes.size()) std::abort();
  });
  line.add("seconds", seconds + down.wall_seconds());
  line.add("cpu_seconds", cpu + down.cpu_seconds());
  line.add("objects", std::uint64_t{count});
  line.add("bytes", std::uint64_t{count} * bytes.size());
  line.add("puts_per_second", count / seconds);
  line.add("gets_per_second", count / down.wall_seconds());
}

/// How many bytes both have, when they have the same; else 0.
std::uint64_t equal_bytes(const std::filesystem::path& one, const std::filesystem::path& other) {
  const std::unique_ptr<ByteSource> first = value_or_give_up(open_stored_bytes(one));
  const std::unique_ptr<ByteSource> second = value_or_give_up(open_stored_bytes(other));
  while (true) {
    const std::string_view piece = value_or_give_up(first->next());
    if (piece != value_or_give_up(second->next())) return 0;
    if (piece.empty()) return first->num_stored();
  }
}

void large(ObjectStore& store, Line& line, const std::filesystem::path& folder, std::uint32_t megabytes) {
  const std::filesystem::path source = folder / "large.bin";
  const Stopwatch up;
  must(store.put_file("large.bin", source));
  const double seconds = up.wall_seconds();
  const double cpu = up.cpu_seconds();
  const std::filesystem::path fetched = folder / "fetched.bin";
  const Stopwatch down;
  (void)value_or_give_up(store.get_file("large.bin", fetched));
  const double down_seconds = down.wall_seconds();
  const double down_cpu = down.cpu_seconds();
  line.add("seconds", seconds + down_seconds);
  line.add("cpu_seconds", cpu + down_cpu);
  line.add("up_cpu_seconds", cpu);
  line.add("down_cpu_seconds", down_cpu);
  line.add("up_mb_per_second", megabytes * 1.048576 / seconds);
  line.add("down_mb_per_second", megabytes * 1.048576 / down_seconds);
  line.add("equal_bytes", equal_bytes(source, fetched));
  std::filesystem::remove(fetched);
  line.add("megabytes", std::uint64_t{megabytes});
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  const std::string what = arguments.positional(0, "small or large");
  const std::filesystem::path folder = arguments.positional(1, "a folder");
  const S3Options options{.bucket = variable("VIEWERATLAS_TEST_S3_BUCKET").value_or(""),
                          .prefix = "bench/ours/",
                          .endpoint = variable("VIEWERATLAS_TEST_S3_ENDPOINT").value_or(""),
                          .parallel_transfers = arguments.number("parallel", 8),
                          .environment = variable};
  const std::unique_ptr<ObjectStore> store = value_or_give_up(open_s3_store(options));
  Line line;
  if (what == "small") {
    small(*store, line, arguments.number("count", 2000), arguments.number("parallel", 8));
  } else {
    large(*store, line, folder, arguments.number("count", 256));
  }
  line.print();
  return 0;
}
