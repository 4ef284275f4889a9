#include "cli/command_doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/json_writer.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/store_choice.h"
#include "cli/store_settings.h"

#include "vieweratlas/collect/doctor.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

std::string_view name_of(CheckResult result) {
  switch (result) {
    case CheckResult::kGood: return "ok";
    case CheckResult::kWarning: return "warning";
    case CheckResult::kFailed: return "failed";
    case CheckResult::kSkipped: return "skipped";
  }
  return {};
}

std::string as_text(const std::vector<DoctorCheck>& checks) {
  std::string text;
  for (const DoctorCheck& check : checks)
    text += fmt::format("{:<8} {}: {}\n", name_of(check.result), check.name, printable(check.text, 2000));
  return text;
}

std::string as_json(const std::vector<DoctorCheck>& checks, bool good) {
  JsonWriter json;
  json.begin_object();
  json.field("status", good ? "ok" : "error");
  json.begin_object("checks");
  for (const DoctorCheck& check : checks) {
    json.begin_object(check.name);
    json.field("result", name_of(check.result));
    json.field("text", check.text);
    json.end_object();
  }
  json.end_object();
  json.end_object();
  return json.finish();
}

}  // namespace

Status CommandDoctor::run() {
  Session session(configuration_, environment_, "stopped");
  session.tell_settings();
  std::unique_ptr<ObjectStore> store;
  if (configuration_.settings.storage.type != StoreKind::kFile) {
    Result<std::unique_ptr<ObjectStore>> opened = impatient_store_for(configuration_.settings, environment_, {});
    if (!opened) return std::move(opened).error();
    store = *std::move(opened);
  }
  const std::vector<DoctorCheck> checks = examine(options_, store.get(), SystemClock(), session.console(), std::stop_token());
  const auto num_failed =
      std::count_if(checks.begin(), checks.end(), [](const DoctorCheck& check) { return check.result == CheckResult::kFailed; });
  print_result(wants_json() ? as_json(checks, num_failed == 0) : as_text(checks));
  if (num_failed == 0) return {};
  return Error{ErrorCode::kUnavailable, fmt::format("{} of {} checks failed", num_failed, checks.size())};
}

}  // namespace vieweratlas
