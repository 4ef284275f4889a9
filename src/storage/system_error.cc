#include "vieweratlas/storage/system_error.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/text.h"

namespace vieweratlas {

Error system_error(int number, std::string_view attempt, const std::filesystem::path& path) {
  const std::string where = std::string(attempt) + " " + printable(path.string());
  switch (number) {
    case ENOENT: return {ErrorCode::kNotFound, where + ": there is no such file or folder"};
    case EACCES:
    case EPERM: return {ErrorCode::kDenied, where + ": permission denied; make it readable and writable for this user"};
    case EROFS: return {ErrorCode::kDenied, where + ": the file system is read-only; choose another folder"};
    case ENOSPC:
    case EDQUOT: return {ErrorCode::kLimitExceeded, where + ": the disk is full; free some space and run again"};
    case EFBIG: return {ErrorCode::kLimitExceeded, where + ": the file is larger than the file system or the limit of this user allows"};
    case EMFILE:
    case ENFILE: return {ErrorCode::kLimitExceeded, where + ": too many open files; raise the limit with ulimit -n"};
    case ENOTDIR: return {ErrorCode::kInvalidArgument, where + ": a part of the path is a file, not a folder"};
    case EISDIR: return {ErrorCode::kInvalidArgument, where + ": it is a folder, not a file"};
    case EEXIST: return {ErrorCode::kInvalidArgument, where + ": something else has that name, such as a link to nothing; remove it"};
    case ELOOP: return {ErrorCode::kInvalidArgument, where + ": symbolic links lead in a circle; remove one of them"};
    case ENAMETOOLONG: return {ErrorCode::kInvalidArgument, where + ": the name is too long"};
    default: return {ErrorCode::kUnavailable, where + ": " + std::strerror(number)};  // NOLINT(concurrency-mt-unsafe): glibc's is safe
  }
}

}  // namespace vieweratlas
