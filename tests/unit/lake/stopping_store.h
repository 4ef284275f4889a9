#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// Files, of which the process is "killed": after so many changes nothing is changed any more, all that is tried fails.
class StoppingStore final : public ObjectStore {
 public:
  StoppingStore(std::filesystem::path root, std::uint64_t num_changes) : files_(std::move(root)), num_left_(num_changes) {}

  Status put(std::string_view key, std::string_view bytes, const PutOptions& options = {}) override {
    return change([&] { return files_.put(key, bytes, options); });
  }
  Result<bool> put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& options = {}) override {
    if (!may_change()) return stopped();
    return files_.put_if_absent(key, bytes, options);
  }
  Status put_stream(std::string_view key, ByteSource& content, const PutOptions& options = {}) override {
    return change([&] { return files_.put_stream(key, content, options); });
  }
  Result<std::string> get(std::string_view key) const override { return files_.get(key); }
  Result<std::string> get_range(std::string_view key, ByteRange range) const override { return files_.get_range(key, range); }
  Result<StoredObject> get_stream(std::string_view key, const Sink& sink) const override { return files_.get_stream(key, sink); }
  Result<std::optional<StoredObject>> find(std::string_view key) const override { return files_.find(key); }
  Result<ObjectPage> list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const override {
    return files_.list_page(prefix, next, max_objects);
  }
  Status copy(std::string_view from, std::string_view to) override {
    return change([&] { return files_.copy(from, to); });
  }
  Status remove(std::string_view key) override {
    return change([&] { return files_.remove(key); });
  }
  std::string uri(std::string_view key) const override { return files_.uri(key); }

  [[nodiscard]] bool was_stopped() const { return was_stopped_; }

 private:
  static Error stopped() { return {ErrorCode::kUnavailable, "stopped"}; }
  bool may_change() {
    if (num_left_ == 0) {
      was_stopped_ = true;
      return false;
    }
    --num_left_;
    return true;
  }
  Status change(const std::function<Status()>& what) { return may_change() ? what() : Status(stopped()); }

  LocalStore files_;
  std::uint64_t num_left_;
  bool was_stopped_ = false;
};

}  // namespace vieweratlas
