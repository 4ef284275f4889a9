#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/byte_source.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {

/// A store in front of another that fails when it is told to, and counts the calls. Thread-safe; `store` must outlive it.
class FaultStore final : public ObjectStore {
 public:
  struct Fault {
    ErrorCode code = ErrorCode::kUnavailable;
    std::uint64_t nth = 1;    ///< the first call that fails, from 1
    std::uint64_t times = 1;  ///< so many in a row
    bool after = false;       ///< the work is done, but the answer is lost
  };
  struct RandomFaults {
    std::uint64_t seed = 1;
    double probability = 0.1;
    std::uint64_t at_most = ~std::uint64_t{0};
  };

  explicit FaultStore(ObjectStore& store) : store_(store) {}
  explicit FaultStore(const ObjectStore& store) : store_(const_cast<ObjectStore&>(store)) {}

  /// Calls of the method `name` ("put", "get", "list_page", ...).
  void fail_calls(std::string name, Fault fault) { faults_.insert_or_assign(std::move(name), fault); }
  /// Calls of any method, with codes that a network gives, before or after the work.
  void fail_at_random(RandomFaults faults) {
    random_faults_ = faults;
    random_.seed(faults.seed);
  }
  /// The n-th put, from 1, keeps half of the content and says that all is well.
  void truncate_puts(std::uint64_t nth) { truncated_put_ = nth; }
  /// Called before each call, such as to be slow by a clock of the test.
  void before_calls(std::function<void(std::string_view name)> slow) { before_ = std::move(slow); }

  [[nodiscard]] std::uint64_t num_calls(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(name);
    return found == calls_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::uint64_t num_faults() const {
    const std::lock_guard lock(mutex_);
    return num_faults_;
  }

  Status put(std::string_view key, std::string_view bytes, const PutOptions& options) override {
    return pass("put", key, [&]() -> Status {
      const bool cut = truncated_put_ == num_calls("put");
      return store_.put(key, bytes.substr(0, cut ? bytes.size() / 2 : bytes.size()), options);
    });
  }
  Result<bool> put_if_absent(std::string_view key, std::string_view bytes, const PutOptions& options) override {
    return pass("put_if_absent", key, [&] { return store_.put_if_absent(key, bytes, options); });
  }
  Status put_stream(std::string_view key, ByteSource& content, const PutOptions& options) override {
    return pass("put_stream", key, [&] { return store_.put_stream(key, content, options); });
  }
  Result<std::string> get(std::string_view key) const override {
    return pass("get", key, [&] { return store_.get(key); });
  }
  Result<std::string> get_range(std::string_view key, ByteRange range) const override {
    return pass("get_range", key, [&] { return store_.get_range(key, range); });
  }
  Result<StoredObject> get_stream(std::string_view key, const Sink& sink) const override {
    return pass("get_stream", key, [&] { return store_.get_stream(key, sink); });
  }
  Result<std::optional<StoredObject>> find(std::string_view key) const override {
    return pass("find", key, [&] { return store_.find(key); });
  }
  Result<ObjectPage> list_page(std::string_view prefix, const std::string& next, std::size_t max_objects) const override {
    return pass("list_page", prefix, [&] { return store_.list_page(prefix, next, max_objects); });
  }
  Status copy(std::string_view from, std::string_view to) override {
    return pass("copy", from, [&] { return store_.copy(from, to); });
  }
  Status remove(std::string_view key) override {
    return pass("remove", key, [&] { return store_.remove(key); });
  }
  std::string uri(std::string_view key) const override { return store_.uri(key); }

 private:
  template <typename Work>
  auto pass(const std::string& name, std::string_view key, const Work& work) const -> decltype(work()) {
    if (before_) before_(name);
    const std::optional<Fault> fault = next_fault(name);
    const Error error{fault ? fault->code : ErrorCode::kInternal, name + " " + uri(key) + ": a fault that was asked for"};
    if (fault && !fault->after) return error;
    auto result = work();
    if (fault) return error;
    return result;
  }

  std::optional<Fault> next_fault(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const std::uint64_t number = ++calls_[name];
    const auto found = faults_.find(name);
    if (found != faults_.end() && number >= found->second.nth && number - found->second.nth < found->second.times) {
      ++num_faults_;
      return found->second;
    }
    if (!random_faults_ || num_faults_ >= random_faults_->at_most) return std::nullopt;
    if (std::uniform_real_distribution(0.0, 1.0)(random_) >= random_faults_->probability) return std::nullopt;
    ++num_faults_;
    constexpr ErrorCode kCodes[] = {ErrorCode::kUnavailable, ErrorCode::kDenied, ErrorCode::kLimitExceeded, ErrorCode::kCorruptData};
    return Fault{.code = kCodes[random_() % 4], .after = random_() % 2 == 0};
  }

  ObjectStore& store_;
  std::map<std::string, Fault, std::less<>> faults_;
  std::optional<RandomFaults> random_faults_;
  std::uint64_t truncated_put_ = 0;
  std::function<void(std::string_view)> before_;
  mutable std::mutex mutex_;
  mutable std::mt19937_64 random_;                                   // guarded by mutex_
  mutable std::map<std::string, std::uint64_t, std::less<>> calls_;  // guarded by mutex_
  mutable std::uint64_t num_faults_ = 0;                             // guarded by mutex_
};

}  // namespace vieweratlas
