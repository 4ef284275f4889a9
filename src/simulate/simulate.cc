#include "vieweratlas/simulate/simulate.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "simulate/crowd.h"
#include "simulate/folder.h"
#include "simulate/names.h"
#include "simulate/truth_json.h"
#include "simulate/world.h"
#include "simulate/write.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"

namespace vieweratlas {

using namespace simulate_internal;  // NOLINT(google-build-using-namespace): this file is the way into it

std::string simulated_viewer_login(const SimulateOptions& options, std::uint32_t viewer) {
  std::string login;
  ViewerNames(options.viewers + options.bots, options.viewers, options.seed).append(login, viewer);
  return login;
}

Result<Simulation> simulate_presence(const SimulateOptions& options, ThreadPool& pool) {
  if (Status status = validate(options); !status) return std::move(status).error();
  Crowd crowd = gather_crowd(plan_world(options, pool), pool);
  Simulation simulation;
  simulation.truth = truth_of(crowd);
  simulation.incidence = {.num_viewers = simulation.truth.num_viewers,
                          .offsets = std::move(crowd.audience.offsets),
                          .viewers = std::move(crowd.audience.viewers),
                          .counts = std::move(crowd.counts)};
  return simulation;
}

Result<SimulateReport> simulate(const SimulateOptions& options, const std::filesystem::path& folder, ThreadPool& pool,
                                const SimulateProgress& progress) {
  if (Status status = validate(options); !status) return std::move(status).error();
  World world = plan_world(options, pool);
  const std::uint64_t num_files = count_files(world);
  if (Status status = claim_folder(folder, num_files); !status) return std::move(status).error();

  const Crowd crowd = gather_crowd(std::move(world), pool);
  const SimulatedTruth truth = truth_of(crowd);
  SimulateReport report{.num_files = num_files,
                        .num_bytes = 0,
                        .num_snapshots = truth.num_snapshots,
                        .num_presence_rows = truth.num_presence_rows,
                        .num_memberships = crowd.audience.viewers.size()};
  Result<std::uint64_t> num_bytes = write_snapshots(crowd, folder, pool, progress);
  if (!num_bytes) return std::move(num_bytes).error();
  report.num_bytes = *num_bytes;
  if (Status status = finish_folder(folder, truth_json(options, truth, num_files)); !status) return std::move(status).error();
  return report;
}

}  // namespace vieweratlas
