#include "collect/viewer_index.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::size_t kLeastSlots = 1024;

}  // namespace

std::size_t ViewerIndex::place_of(const Pseudonym& key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t place = PseudonymHash()(key) & mask;
  while (slots_[place] != 0 && (*this)[slots_[place] - 1].key() != key) place = (place + 1) & mask;
  return place;
}

std::optional<std::uint32_t> ViewerIndex::find(const Pseudonym& key) const {
  if (slots_.empty()) return std::nullopt;
  const std::uint32_t slot = slots_[place_of(key)];
  if (slot == 0) return std::nullopt;
  return slot - 1;
}

std::uint32_t ViewerIndex::add(const ViewerNames& names, std::string_view login) {
  if (4 * (size_ + std::size_t{1}) > 3 * slots_.size()) grow();
  if (size_ % kChunk == 0) chunks_.push_back(std::make_unique<std::array<ViewerNames, kChunk>>());
  const std::uint32_t viewer = size_;
  slots_[place_of(names.key())] = viewer + 1;
  (*chunks_[viewer / kChunk])[viewer % kChunk] = names;
  ++size_;
  if (!login.empty()) {
    texts_.resize(size_);
    texts_[viewer] = login;
  }
  return viewer;
}

void ViewerIndex::rename(std::uint32_t viewer, const Pseudonym& login, std::string_view login_text) {
  (*chunks_[viewer / kChunk])[viewer % kChunk].login = login;
  if (login_text.empty()) return;
  if (texts_.size() <= viewer) texts_.resize(viewer + std::size_t{1});
  texts_[viewer] = login_text;
}

std::string_view ViewerIndex::login_text(std::uint32_t viewer) const {
  return viewer < texts_.size() ? std::string_view(texts_[viewer]) : std::string_view();
}

void ViewerIndex::grow() {
  slots_.assign(std::max(kLeastSlots, 2 * slots_.size()), 0);
  for (std::uint32_t viewer = 0; viewer < size_; ++viewer) slots_[place_of((*this)[viewer].key())] = viewer + 1;
}

std::size_t ViewerIndex::memory_bytes() const {
  std::size_t bytes = chunks_.size() * sizeof(std::array<ViewerNames, kChunk>) + slots_.capacity() * sizeof(std::uint32_t);
  for (const std::string& text : texts_) bytes += sizeof(text) + (text.size() > 15 ? text.capacity() : 0);
  return bytes;
}

}  // namespace vieweratlas::collect_internal
