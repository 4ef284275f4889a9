#include "cli/results.h"

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "cli/exit_code.h"
#include "cli/json_writer.h"

#include "vieweratlas/core/error.h"

namespace vieweratlas {

void print_result(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

std::string error_json(const Error& error) {
  JsonWriter json;
  json.begin_object();
  json.field("status", "error");
  json.field("code", name_of(error.code));
  json.field("exit_code", static_cast<std::uint64_t>(exit_code_of(error.code)));
  json.field("message", error.message);
  json.end_object();
  return json.finish();
}

}  // namespace vieweratlas
