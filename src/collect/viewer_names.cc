#include "collect/viewer_names.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "vieweratlas/core/digest.h"
#include "vieweratlas/core/random.h"
#include "vieweratlas/privacy/pseudonym.h"

namespace vieweratlas::collect_internal {
namespace {

constexpr std::size_t kSlots = std::size_t{1} << 18U;

}  // namespace

PseudonymCache::PseudonymCache(const ViewerKey& key, std::string_view platform) : key_(key), platform_(platform), slots_(kSlots) {}

const ViewerNames& PseudonymCache::names_of(std::string_view id, std::string_view login) {
  // 64 bits tell viewers apart: that two of a million meet in one slot with one tag is less likely than a broken memory.
  const std::uint64_t tag = std::max<std::uint64_t>(mix64(digest_of(id).low) ^ digest_of(login).high, 1);
  Slot& slot = slots_[static_cast<std::size_t>(tag) & (kSlots - 1)];
  if (slot.tag == tag) return slot.names;
  slot.names = {};
  if (!id.empty()) slot.names.id = key_.of_id(platform_, id);
  if (!login.empty()) slot.names.login = key_.of_login(platform_, login);
  slot.tag = tag;
  return slot.names;
}

}  // namespace vieweratlas::collect_internal
