#include "bench/ids_file.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <vector>

#include "vieweratlas/core/error.h"
#include "vieweratlas/presence/incidence.h"

namespace vieweratlas::bench {
namespace {

template <typename T>
void write_values(std::ofstream& file, const T* values, std::size_t count) {
  file.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(count * sizeof(T)));
}

template <typename T>
void read_values(std::ifstream& file, T* values, std::size_t count) {
  file.read(reinterpret_cast<char*>(values), static_cast<std::streamsize>(count * sizeof(T)));
}

}  // namespace

Status write_ids(const std::filesystem::path& path, const Incidence& incidence) {
  std::ofstream file(path, std::ios::binary);
  const std::uint32_t num_channels = incidence.num_channels();
  write_values(file, &num_channels, 1);
  write_values(file, &incidence.num_viewers, 1);
  write_values(file, incidence.offsets.data(), incidence.offsets.size());
  write_values(file, incidence.viewers.data(), incidence.viewers.size());
  if (!file.flush()) return Error{ErrorCode::kUnavailable, "cannot write " + path.string()};
  return {};
}

Result<Incidence> read_ids(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{ErrorCode::kNotFound, "cannot open " + path.string()};
  std::uint32_t num_channels = 0;
  Incidence incidence;
  read_values(file, &num_channels, 1);
  read_values(file, &incidence.num_viewers, 1);
  incidence.offsets.resize(std::size_t{num_channels} + 1);
  read_values(file, incidence.offsets.data(), incidence.offsets.size());
  if (!file) return Error{ErrorCode::kCorruptData, path.string() + " is too short"};
  incidence.viewers.resize(incidence.offsets.back());
  read_values(file, incidence.viewers.data(), incidence.viewers.size());
  if (!file) return Error{ErrorCode::kCorruptData, path.string() + " is too short"};
  incidence.counts.assign(incidence.viewers.size(), 1);
  return incidence;
}

}  // namespace vieweratlas::bench
