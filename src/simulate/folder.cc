#include "simulate/folder.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "simulate/truth_json.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas::simulate_internal {
namespace {

namespace fs = std::filesystem;

Error refused(const fs::path& folder, std::string_view reason) {
  return {ErrorCode::kInvalidArgument, "simulate: " + folder.string() + ' ' + std::string(reason) + "; choose a new or empty folder"};
}

Error failed(std::string_view doing, const fs::path& path, const std::error_code& code) {
  const bool denied = code == std::errc::permission_denied || code == std::errc::read_only_file_system;
  return {denied ? ErrorCode::kDenied : ErrorCode::kUnavailable,
          "simulate: " + std::string(doing) + ' ' + path.string() + ": " + code.message()};
}

/// The program's own log lies in logs/ by default, and logs/ is also where chat logs go: it does not make a folder taken.
bool is_program_log(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with("pipeline.") && name.ends_with(".log");  // pipeline.log, pipeline.1.log, ...
}

/// Files of any kind below `folder`, logs of the program left out, at most one more than `limit`; 0 when it does not exist.
Result<std::uint64_t> count_entries(const fs::path& folder, std::uint64_t limit) {
  std::error_code code;
  fs::recursive_directory_iterator at(folder, code);
  if (code == std::errc::no_such_file_or_directory) return std::uint64_t{0};
  std::uint64_t count = 0;
  for (; !code && at != fs::recursive_directory_iterator() && count <= limit; at.increment(code)) {
    if (at->symlink_status().type() != fs::file_type::directory && !is_program_log(at->path())) ++count;
  }
  if (code) return failed("counting the files below", folder, code);
  return count;
}

/// Removes what an earlier run wrote into a folder that is not empty, or says why that is not ours to do.
Status clear_earlier_run(const fs::path& folder) {
  const Result<std::string> json = read_file(folder / "truth.json");
  if (!json) return refused(folder, "is not empty and holds no truth.json of an earlier simulation");
  const Result<Marker> marker = read_marker(*json);
  if (!marker) return refused(folder, "is not empty and its truth.json is not one of a simulation");
  const fs::path raw = folder / "raw";
  const Result<std::uint64_t> found = count_entries(raw, marker->num_files);
  if (!found) return found.error();
  if (*found > marker->num_files) {
    return refused(folder,
                   "holds more files below raw/ than the " + with_thousands(marker->num_files) + " that an earlier simulation wrote");
  }
  std::error_code code;
  fs::remove_all(raw, code);
  if (code) return failed("removing", raw, code);
  return {};
}

}  // namespace

Status claim_folder(const fs::path& folder, std::uint64_t num_files) {
  std::error_code code;
  const fs::file_status status = fs::status(folder, code);
  if (fs::exists(status) && !fs::is_directory(status)) return refused(folder, "is not a folder");
  fs::create_directories(folder, code);
  if (code) return failed("making", folder, code);
  const Result<std::uint64_t> taken = count_entries(folder, 0);
  if (!taken) return taken.error();
  if (*taken > 0) {
    if (Status cleared = clear_earlier_run(folder); !cleared) return cleared;
  }
  return finish_folder(folder, marker_json(num_files));
}

Status finish_folder(const fs::path& folder, std::string_view truth_json) {
  Status status = write_file_atomic(folder / "truth.json", truth_json);
  if (!status) return std::move(status).error().with_context("simulate");
  return {};
}

}  // namespace vieweratlas::simulate_internal
