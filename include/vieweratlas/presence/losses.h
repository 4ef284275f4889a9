#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace vieweratlas {

/// Input that could not be used: counted by reason, with one example each. Nothing is lost without a trace.
class Losses {
 public:
  struct Entry {
    std::uint64_t count = 0;
    std::string example;  ///< "FILE:LINE: what is wrong", the first by file name and line
  };

  /// Counts `count` losses for `reason` (a short stable snake_case name such as "truncated_json").
  void add(std::string_view reason, std::string example, std::uint64_t count = 1);
  /// Adds all of `other`. Examples: the smaller string wins, so that the order of merging changes nothing.
  void merge(const Losses& other);

  [[nodiscard]] const std::map<std::string, Entry, std::less<>>& by_reason() const { return entries_; }
  [[nodiscard]] std::uint64_t total() const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace vieweratlas
