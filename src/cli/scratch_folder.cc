#include "cli/scratch_folder.h"

#include <fcntl.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/system_error.h"

namespace vieweratlas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "vieweratlas-scratch-";
/// A folder is not locked at the moment in which it is made.
constexpr std::chrono::minutes kYoung{10};

/// Ours, and nobody works in it.
bool is_left_over(const fs::path& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode) || facts.st_uid != ::geteuid()) return false;
  const auto modified = std::chrono::system_clock::from_time_t(facts.st_mtim.tv_sec);
  if (modified > SystemClock().utc() - kYoung) return false;
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return false;
  const bool is_free = ::flock(folder, LOCK_EX | LOCK_NB) == 0;
  ::close(folder);
  return is_free;
}

void remove_left_overs(const fs::path& parent) {
  std::error_code problem;
  for (fs::directory_iterator it(parent, problem); !problem && it != fs::directory_iterator(); it.increment(problem)) {
    if (!it->path().filename().string().starts_with(kPrefix) || !is_left_over(it->path())) continue;
    std::error_code ignored;
    fs::remove_all(it->path(), ignored);
  }
}

}  // namespace

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::make() {
  std::error_code problem;
  const fs::path parent = fs::temp_directory_path(problem);
  if (problem) return system_error(problem.value(), "looking for the temporary folder", "TMPDIR");
  remove_left_overs(parent);
  std::string path = (parent / (std::string(kPrefix) + "XXXXXX")).string();
  if (::mkdtemp(path.data()) == nullptr) return system_error(errno, "making a scratch folder below", parent);
  const int lock = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock >= 0) static_cast<void>(::flock(lock, LOCK_EX | LOCK_NB));  // without it others see what is young only
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(path, lock));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace vieweratlas
