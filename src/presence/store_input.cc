#include "vieweratlas/presence/store_input.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/presence/input.h"
#include "vieweratlas/storage/object_cache.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

bool is_of_the_program(std::string_view key) {
  static constexpr std::array<std::string_view, 4> kFolders{"state/", "processed/", "outputs/", "curated/"};
  return std::any_of(kFolders.begin(), kFolders.end(), [&](std::string_view folder) { return key.starts_with(folder); });
}

class StoreInput final : public PresenceInput {
 public:
  StoreInput(const ObjectStore& store, ObjectCache& cache) : store_(store), cache_(cache) {}

  Result<std::vector<StoredObject>> list() override { return list_presence(store_); }

  void will_open(std::span<const StoredObject> files) override { cache_.prefetch(files); }

  Result<int> open(const StoredObject& file) override {
    Result<int> descriptor = cache_.open(file);
    if (descriptor || descriptor.error().code == ErrorCode::kNotFound) return descriptor;
    Error error = std::move(descriptor).error();
    if (error.code == ErrorCode::kDenied) error.code = ErrorCode::kUnavailable;
    return error;
  }

  [[nodiscard]] std::string place() const override { return printable(store_.uri("raw"), 4000); }

 private:
  const ObjectStore& store_;
  ObjectCache& cache_;
};

}  // namespace

Result<std::vector<StoredObject>> list_presence(const ObjectStore& store) {
  Result<std::vector<StoredObject>> objects = store.list("");
  // A role may be allowed to list what was collected, and not the whole bucket.
  if (!objects && objects.error().code == ErrorCode::kDenied) objects = store.list("raw/");
  if (!objects) return std::move(objects).error();
  std::erase_if(*objects, [](const StoredObject& object) { return is_of_the_program(object.key) || !is_object_key(object.key); });
  return objects;
}

std::unique_ptr<PresenceInput> store_input(const ObjectStore& store, ObjectCache& cache) {
  return std::make_unique<StoreInput>(store, cache);
}

}  // namespace vieweratlas
