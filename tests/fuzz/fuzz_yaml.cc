// Any bytes as a configuration file and as a .env file. Whatever is read names options that exist; every problem has a place
// and is valid text; every value is parsed or refused, and what is parsed survives the way through text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/option.h"
#include "cli/setting_source.h"
#include "cli/settings.h"

#include "vieweratlas/core/check.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace {

using namespace vieweratlas;

void check(const SourceValues& source) {
  for (const std::string& problem : source.problems) VA_CHECK(problem.starts_with("f") && is_utf8(problem));
  for (const GivenValue& given : source.values) {
    const Option& option = option_table()[given.option];
    Settings settings;
    if (const Status parsed = option.field.parse(option, given.value, settings); !parsed.ok()) {
      VA_CHECK(parsed.error().code == ErrorCode::kInvalidArgument);
      continue;
    }
    if (option.field.is_list) continue;  // an item may hold a comma, which text cannot tell from two items
    const std::string text = option.field.print(settings);
    Settings again;
    VA_CHECK(option.field.parse(option, RawValue{.items = {text}}, again).ok() && option.field.print(again) == text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(read_yaml(text, "f"));
  check(read_dotenv(text, "f"));
  return 0;
}
