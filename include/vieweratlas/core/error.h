#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "vieweratlas/core/check.h"

namespace vieweratlas {

/// Says what a caller can do about a failure, not where it came from.
enum class ErrorCode {
  kInvalidArgument,  ///< an option or a configuration value is wrong: exit code 2
  kNotFound,         ///< what was asked for is not there
  kNoData,           ///< the input holds nothing that could be analysed: exit code 3
  kCorruptData,      ///< input that cannot be read as what it claims to be
  kUnavailable,      ///< may work when tried again
  kDenied,           ///< permission or credentials are missing
  kLimitExceeded,    ///< a bound of the program or of the machine (disk, memory) was met
  kCancelled,        ///< the user asked to stop
  kInternal,         ///< a mistake of ours
};

/// The stable snake_case name of `code`, for JSON and logs.
[[nodiscard]] std::string_view name_of(ErrorCode code);

/// A failure of the outside world. `message` is one sentence for a person: what is wrong, where, and the remedy.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  /// Returns this error with "`context`: " put before its message.
  [[nodiscard]] Error with_context(std::string_view context) &&;
};

/// Either a `T` or an `Error`; must be looked at. `Result<void>` is `Status`.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor): `return value;` must read naturally
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor): same for errors

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// The value; calling it on an error is a mistake of ours and ends the process.
  [[nodiscard]] T& value() & {
    VA_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    VA_CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    VA_CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const& {
    VA_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  [[nodiscard]] Error&& error() && {
    VA_CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

/// Success, or the error that prevented it.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor): `return Error{...};` must read naturally

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const& {
    VA_CHECK(error_.has_value());
    return *error_;
  }
  [[nodiscard]] Error&& error() && {
    VA_CHECK(error_.has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace vieweratlas
