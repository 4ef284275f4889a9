#pragma once

#include <string>

#include "collect/round_view.h"

namespace vieweratlas::collect_internal {

struct RunNumbers {
  std::uint64_t num_channels = 0;
  std::uint64_t num_chatters = 0;  ///< sum over channels
  std::uint64_t num_messages = 0;
};

/// Appends the line that says what a round was: {"record":"round",...}.
void append_run_record(std::string& out, const RoundView& view, const RunNumbers& numbers, bool is_membership);

}  // namespace vieweratlas::collect_internal
