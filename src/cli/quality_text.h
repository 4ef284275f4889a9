#pragma once

#include <string>

#include "vieweratlas/presence/quality.h"
#include "vieweratlas/presence/read.h"

namespace vieweratlas {

/// The quality report for a person.
[[nodiscard]] std::string quality_text(const QualityReport& quality, const ReadReport& read);

/// The same as one JSON document; fields are named as in QualityReport.
[[nodiscard]] std::string quality_json(const QualityReport& quality, const ReadReport& read);

}  // namespace vieweratlas
