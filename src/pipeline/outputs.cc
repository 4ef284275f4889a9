#include "pipeline/outputs.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/export.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/render/page.h"
#include "vieweratlas/render/poster.h"
#include "vieweratlas/storage/local_files.h"

namespace vieweratlas {
namespace {

struct OutputRow {
  std::string_view name;
  bool OutputOptions::* wanted;
};

// In the order in which they are renamed: the pictures last, so that a look at them finds the numbers in place.
constexpr std::array<OutputRow, 6> kOutputs{{
    {"graph_nodes.csv", &OutputOptions::tables},
    {"graph_edges.csv", &OutputOptions::tables},
    {"graph.gexf", &OutputOptions::gexf},
    {"analysis_results.json", &OutputOptions::results},
    {"community_graph.png", &OutputOptions::poster},
    {"community_graph.html", &OutputOptions::page},
}};

}  // namespace

std::vector<std::string_view> output_names(const OutputOptions& output) {
  std::vector<std::string_view> names;
  for (const OutputRow& row : kOutputs) {
    if (output.*(row.wanted)) names.push_back(row.name);
  }
  return names;
}

namespace pipeline_internal {
namespace {

void made(std::string_view name, std::string bytes, AnalysisObserver& observer, std::vector<MadeFile>& files) {
  observer.output_made({.name = std::string(name), .num_bytes = bytes.size()});
  files.push_back({.name = std::string(name), .bytes = std::move(bytes)});
}

}  // namespace

Status check_output_folder(const OutputOptions& output) {
  std::error_code ignored;
  std::filesystem::path folder = std::filesystem::absolute(output.folder, ignored);
  while (!std::filesystem::exists(folder, ignored) && folder.has_relative_path()) folder = folder.parent_path();
  const std::string shown = printable(folder.string());
  if (!std::filesystem::is_directory(folder, ignored)) {
    return Error{ErrorCode::kInvalidArgument, "the output folder cannot be " + printable(output.folder.string()) + ": " + shown +
                                                  " is a file; name another with --output-dir"};
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    return Error{ErrorCode::kDenied, "the output folder " + printable(output.folder.string()) + " cannot be written: no permission in " +
                                         shown + "; change that, or name another with --output-dir"};
  }
  return {};
}

Result<std::vector<MadeFile>> draw_pictures(const Atlas& atlas, const AnalysisOptions& options, ThreadPool& pool,
                                            AnalysisObserver& observer) {
  std::vector<MadeFile> files;
  if (options.output.poster) {
    Result<Poster> poster = draw_poster(atlas, options.poster, pool);
    if (!poster) return std::move(poster).error().with_context("drawing the poster");
    observer.poster_drawn(poster->report);
    made("community_graph.png", std::move(poster->png), observer, files);
    if (observer.cancelled()) return Error{ErrorCode::kCancelled, "stopped after drawing the poster"};
  }
  if (options.output.page) {
    Result<std::string> page = make_page(atlas);
    if (!page) return std::move(page).error().with_context("making the page");
    made("community_graph.html", *std::move(page), observer, files);
  }
  return files;
}

void make_tables(const Atlas& atlas, const ResultsContext& context, const OutputOptions& output, AnalysisObserver& observer,
                 std::vector<MadeFile>& files) {
  if (output.tables) {
    made("graph_nodes.csv", nodes_csv(atlas), observer, files);
    made("graph_edges.csv", edges_csv(atlas), observer, files);
  }
  if (output.gexf) made("graph.gexf", gexf(atlas), observer, files);
  if (output.results) made("analysis_results.json", results_json(atlas, context), observer, files);
}

Result<std::vector<OutputFile>> save(const std::vector<MadeFile>& files, const OutputOptions& output, AnalysisObserver& observer) {
  Result<OutputFolder> folder = OutputFolder::open(output.folder);
  if (!folder) return std::move(folder).error();
  std::vector<OutputFile> saved;
  for (const OutputRow& row : kOutputs) {
    const auto file = std::find_if(files.begin(), files.end(), [&](const MadeFile& candidate) { return candidate.name == row.name; });
    if (file == files.end()) continue;
    if (Status status = folder->add(file->name, file->bytes); !status.ok()) return std::move(status).error();
    saved.push_back({.name = file->name, .num_bytes = file->bytes.size()});
    if (observer.cancelled()) return Error{ErrorCode::kCancelled, "stopped before the results were put in place"};
  }
  if (Status status = folder->commit(); !status.ok()) return std::move(status).error();
  observer.saved(saved);
  std::error_code ignored;
  for (const OutputRow& row : kOutputs) {
    if (!(output.*(row.wanted)) && std::filesystem::exists(output.folder / row.name, ignored)) observer.stale_output_found(row.name);
  }
  return saved;
}

}  // namespace pipeline_internal
}  // namespace vieweratlas
