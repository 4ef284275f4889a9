#include "cli/command_analyze.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/analysis_talk.h"
#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/json_writer.h"
#include "cli/presence_store.h"
#include "cli/privacy_rules.h"
#include "cli/progress.h"
#include "cli/publish_result.h"
#include "cli/results.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/settings.h"
#include "cli/store_settings.h"
#include "cli/version.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/core/log.h"
#include "vieweratlas/core/parallel.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/labels/label.h"
#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/presence/store_input.h"
#include "vieweratlas/storage/local_files.h"
#include "vieweratlas/storage/object_store.h"

namespace vieweratlas {
namespace {

std::string path_text(const std::filesystem::path& folder, std::string_view name) { return printable((folder / name).string(), 4000); }

std::string as_text(const Analysis& analysis, const OutputOptions& output) {
  std::string text;
  for (const OutputFile& file : analysis.files) text += path_text(output.folder, file.name) + '\n';
  return text;
}

void write_communities(JsonWriter& json, const Analysis& analysis) {
  const std::vector<std::uint32_t> sizes = analysis.communities.partition.sizes();
  json.begin_object("communities");
  json.field("num_communities", static_cast<std::uint64_t>(sizes.size()));
  json.field("modularity", analysis.communities.modularity);
  json.field("quality", analysis.communities.quality);
  json.field("resolution", analysis.communities.resolution);
  json.field("unassigned_channels", static_cast<std::uint64_t>(analysis.communities.num_unassigned_nodes));
  json.begin_array("labels");
  for (const CommunityLabel& label : analysis.labels) json.item(label.text);
  json.end_array();
  json.end_object();
}

std::string as_json(const Analysis& analysis, const OutputOptions& output, const std::array<double, kNumAnalysisSteps>& step_seconds) {
  JsonWriter json;
  json.begin_object();
  json.field("status", "ok");
  json.field("version", kVersion);
  json.field("output_dir", output.folder.string());
  json.begin_object("files");
  for (const OutputFile& file : analysis.files) json.field(file.name, file.num_bytes);
  json.end_object();
  json.begin_object("graph");
  json.field("channels", static_cast<std::uint64_t>(analysis.graph.num_nodes));
  json.field("edges", analysis.graph.num_edges);
  json.field("density", analysis.graph.density);
  json.field("components", static_cast<std::uint64_t>(analysis.graph.num_components));
  json.field("isolated", static_cast<std::uint64_t>(analysis.graph.num_isolated));
  json.field("max_shared", static_cast<std::uint64_t>(analysis.graph.max_shared));
  json.end_object();
  write_communities(json, analysis);
  json.begin_object("counts");
  for (const auto& [name, count] : analysis.atlas.provenance.counts) json.field(name, count);
  json.end_object();
  json.begin_object("seconds");
  for (std::size_t i = 0; i < step_seconds.size(); ++i) json.field(to_lower(title_of(static_cast<AnalysisStep>(i))), step_seconds[i]);
  json.end_object();
  json.end_object();
  return json.finish();
}

/// A folder that is not there must not be made by its own log file.
bool input_is_there(const AnalysisOptions& options) {
  std::error_code ignored;
  return std::filesystem::exists(options.edges.empty() ? options.folder : options.edges, ignored);
}

}  // namespace

Status CommandAnalyze::setup(const CommandLine& line, const Environment& environment) {
  environment_ = environment;
  Result<Configuration> configuration = configuration_for(line, environment);
  if (!configuration) return std::move(configuration).error();
  configuration_ = *std::move(configuration);
  configuration_.settings.analysis.version = kVersion;
  if (output_names(configuration_.settings.analysis.output).empty()) {
    return Error{ErrorCode::kInvalidArgument, "every output is switched off; leave at least one on, such as save_analysis_json"};
  }
  return {};
}

Status CommandAnalyze::run() {
  AnalysisOptions options = configuration_.settings.analysis;
  if (configuration_.settings.talk.dry_run) return tell_plan();
  Session session(configuration_, environment_, "stopped; an earlier result is untouched");
  if (input_is_there(options)) session.open_log_file();
  session.tell_settings();
  if (options.edges.empty()) {
    if (Status reached = reach_store(configuration_.settings, environment_, StoreUse::kRead, {}); !reached) return reached;
  }
  if (Status obeyed = obey_forgotten(configuration_.settings, environment_, session.console(), options); !obeyed) return obeyed;
  const Result<std::unique_ptr<ObjectStore>> store = open_presence(configuration_.settings, environment_, options);
  if (!store) return store.error();
  ThreadPool pool(configuration_.settings.talk.threads);
  session.console().debug(fmt::format("{} threads", pool.threads()));
  AnalysisTalk talk(session.console(), session.interrupt());
  const Result<Analysis> analysis = analyze(options, pool, talk);
  if (!analysis) {
    session.console().end_progress();
    session.console().note(LogLevel::kError, analysis.error().message);
    return analysis.error();
  }
  audit_export(options, *analysis, session.console());
  Status published = publish_result(configuration_.settings, environment_, options.output, *analysis, session.console());
  if (!published) {
    session.console().note(LogLevel::kError, published.error().message);
    return published;
  }
  print_result(wants_json() ? as_json(*analysis, options.output, talk.step_seconds()) : as_text(*analysis, options.output));
  return {};
}

Status CommandAnalyze::tell_plan() const {
  const AnalysisOptions& options = configuration_.settings.analysis;
  std::uint64_t num_files = 0;
  std::uint64_t num_bytes = 0;
  std::string source = options.folder.string();
  if (options.edges.empty() && configuration_.settings.storage.type != StoreKind::kFile) {
    if (Status reached = reach_store(configuration_.settings, environment_, StoreUse::kRead, {}); !reached) return reached;
    const Result<std::unique_ptr<ObjectStore>> store = store_for(configuration_.settings, environment_, {});
    if (!store) return store.error();
    const Result<std::vector<StoredObject>> objects = list_presence(**store);
    if (!objects) return objects.error();
    source = (*store)->uri("raw");
    num_files = objects->size();
    for (const StoredObject& object : *objects) num_bytes += object.num_bytes;
  } else if (options.edges.empty()) {
    const Result<std::vector<FileEntry>> files = list_files(options.folder);
    if (files) {
      num_files = files->size();
      for (const FileEntry& file : *files) num_bytes += file.num_bytes;
    }
  } else {
    source = options.edges.string();
    for (const std::filesystem::path& file : {options.edges, options.nodes}) {
      std::error_code problem;
      const std::uintmax_t size = file.empty() ? 0 : std::filesystem::file_size(file, problem);
      if (file.empty() || problem) continue;
      ++num_files;
      num_bytes += size;
    }
  }
  if (wants_json()) {
    JsonWriter json;
    json.begin_object();
    json.field("status", "dry_run");
    json.field("input", source);
    json.field("input_files", num_files);
    json.field("input_bytes", num_bytes);
    json.field("output_dir", options.output.folder.string());
    json.begin_array("files");
    for (const std::string_view name : output_names(options.output)) json.item(name);
    json.end_array();
    json.end_object();
    print_result(json.finish());
    return {};
  }
  std::string text = fmt::format("would read {} files ({}) from {}\n", num_files, bytes_text(num_bytes), printable(source, 4000));
  for (const std::string_view name : output_names(options.output))
    text += fmt::format("would write {}\n", path_text(options.output.folder, name));
  print_result(text);
  return {};
}

}  // namespace vieweratlas
