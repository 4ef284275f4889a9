#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "vieweratlas/presence/redact.h"
#include "vieweratlas/presence/viewer_table.h"

namespace vieweratlas {

/// Asks a test that is dear once for most bare names: a later name takes the place of an earlier one. For one thread at a time.
class RememberedAnswers {
 public:
  /// `test` must outlive it and be pure.
  explicit RememberedAnswers(const ViewerTest& test) : test_(&test) {}

  [[nodiscard]] bool ask(const NamedViewer& viewer) {
    if (!viewer.id.empty() || !viewer.login.empty()) return (*test_)(viewer);
    if (answers_.empty()) answers_.resize(kSize);
    const ViewerTable::Key key = ViewerTable::key_of(viewer.name);
    Answer& answer = answers_[key.low % kSize];
    if (answer.key != key) answer = {.key = key, .is_yes = (*test_)(viewer)};
    return answer.is_yes;
  }

 private:
  static constexpr std::size_t kSize = std::size_t{1} << 18U;  // 6 MB
  struct Answer {
    ViewerTable::Key key;
    bool is_yes = false;
  };
  const ViewerTest* test_;
  std::vector<Answer> answers_;
};

}  // namespace vieweratlas
