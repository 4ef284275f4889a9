#include "vieweratlas/presence/losses.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace vieweratlas {

void Losses::add(std::string_view reason, std::string example, std::uint64_t count) {
  auto [it, inserted] = entries_.try_emplace(std::string(reason));
  it->second.count += count;
  if (inserted || example < it->second.example) it->second.example = std::move(example);
}

void Losses::merge(const Losses& other) {
  for (const auto& [reason, entry] : other.entries_) add(reason, entry.example, entry.count);
}

std::uint64_t Losses::total() const {
  std::uint64_t sum = 0;
  for (const auto& [reason, entry] : entries_) sum += entry.count;
  return sum;
}

}  // namespace vieweratlas
