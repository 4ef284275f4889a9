// Communities against igraph and leidenalg, which run as a process of their own (tests/oracle/communities.py).

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "unit/community/graphs.h"

#include "vieweratlas/community/detect.h"
#include "vieweratlas/community/partition.h"
#include "vieweratlas/core/parallel.h"

namespace vieweratlas {
namespace {

constexpr const char* kPython = "/usr/bin/python3";  // Debian's own, for which the peers are packaged
constexpr int kPackageMissing = 77;

struct Case {
  test::Graph graph;
  double resolution = 1.0;
};

struct Answer {
  double modularity = 0;
  double best = 0;
};

/// A folder that is removed in the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "vieweratlas-oracle-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void write_case(std::ofstream& out, const Case& c, const Partition& partition) {
  out << "graph " << c.graph.num_nodes() << ' ' << c.graph.neighbours.size() / 2 << ' ' << c.resolution << '\n';
  for (std::uint32_t u = 0; u < c.graph.num_nodes(); ++u) {
    for (std::uint64_t arc = c.graph.offsets[u]; arc < c.graph.offsets[u + std::size_t{1}]; ++arc) {
      if (u < c.graph.neighbours[arc]) out << u << ' ' << c.graph.neighbours[arc] << ' ' << c.graph.weights[arc] << '\n';
    }
  }
  out << "partition";
  for (const auto community : partition.community) out << ' ' << community;
  out << '\n';
}

/// Runs the script on files of `folder`. Returns its exit code.
int ask(const std::filesystem::path& folder) {
  const std::string command = std::string(kPython) + " '" VIEWERATLAS_SOURCE_DIR "/tests/oracle/communities.py' '" +
                              (folder / "in").string() + "' '" + (folder / "out").string() + "'";
  const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe): no other thread runs
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::vector<Answer> read_answers(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<Answer> answers;
  std::string word;
  for (Answer answer; in >> word >> answer.modularity >> word >> answer.best;) answers.push_back(answer);
  return answers;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    for (const double resolution : {0.5, 1.0, 2.0}) {
      all.push_back(
          {test::planted_graph({.num_groups = 5, .group_size = 30, .density_inside = 0.25, .density_between = 0.04}, seed), resolution});
    }
  }
  for (const char* name : {"karate", "lesmis", "football"}) all.push_back({test::read_known_graph(name), 1.3});
  all.push_back({test::random_graph(120, 0.06, 20, 9), 1.0});
  return all;
}

TEST(Oracle, OurQualityIsTheirsAndNoLower) {
  if (access(kPython, X_OK) != 0) GTEST_SKIP() << kPython << " is not here";
  const TemporaryFolder folder;
  ASSERT_FALSE(folder.path().empty());
  const std::vector<Case> all = cases();
  std::vector<CommunityResult> ours;
  ThreadPool pool(2);
  {
    std::ofstream out(folder.path() / "in");
    for (const Case& c : all) {
      auto result = detect_communities(c.graph.view(), {.resolution = c.resolution, .runs = 40}, pool);
      ASSERT_TRUE(result.ok());
      write_case(out, c, result->partition);
      ours.push_back(std::move(*result));
    }
  }
  const int code = ask(folder.path());
  if (code == kPackageMissing) GTEST_SKIP() << "python3-igraph or python3-leidenalg is not installed";
  ASSERT_EQ(code, 0);
  const std::vector<Answer> answers = read_answers(folder.path() / "out");
  ASSERT_EQ(answers.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "case " << i << ", resolution " << all[i].resolution);
    EXPECT_NEAR(ours[i].quality, answers[i].modularity, 1e-12);
    EXPECT_GE(ours[i].quality, answers[i].best - 1e-4);
  }
}

}  // namespace
}  // namespace vieweratlas
