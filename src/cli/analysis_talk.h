#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/console.h"
#include "cli/interrupt.h"

#include "vieweratlas/pipeline/analyze.h"
#include "vieweratlas/pipeline/presence_source.h"
#include "vieweratlas/presence/losses.h"

namespace vieweratlas {

/// Tells people how an analysis goes: the six steps with their numbers and seconds.
class AnalysisTalk final : public AnalysisObserver {
 public:
  /// Both must outlive it.
  AnalysisTalk(Console& console, Interrupt& interrupt) : console_(console), interrupt_(interrupt) {}

  void step_begins(AnalysisStep step) override;
  void step_ends(AnalysisStep step) override;
  void progress(std::uint64_t done, std::uint64_t total) override;
  void presence_read(const Presence& presence, const QualityReport& quality) override;
  void input_read(const InputReport& report) override;
  void aggregated(const Aggregate& aggregate, std::uint32_t degree_cap) override;
  void measured_graph_read(const MeasuredGraph& graph) override;
  void graph_built(const std::vector<Channel>& channels, const GraphStatistics& statistics) override;
  void links_withheld(std::uint64_t num_links, std::uint32_t min_overlap) override;
  void communities_found(const CommunityResult& communities, EdgeWeight weight) override;
  void tagged(const std::vector<CommunityLabel>& labels) override;
  void laid_out(const Layout& layout) override;
  void poster_drawn(const PosterReport& report) override;
  void output_made(const OutputFile& file) override;
  void saved(const std::vector<OutputFile>& files) override;
  void stale_output_found(std::string_view name) override;
  [[nodiscard]] bool cancelled() override { return interrupt_.requested(); }

  /// Seconds of each step that was begun, in order.
  [[nodiscard]] const std::array<double, kNumAnalysisSteps>& step_seconds() const { return step_seconds_; }

 private:
  void say(std::string_view text) { console_.info(text); }
  void report_losses(const Losses& losses);

  Console& console_;
  Interrupt& interrupt_;
  std::optional<Interrupt::Writing> writing_;
  std::array<double, kNumAnalysisSteps> step_seconds_{};
  double step_begin_s_ = 0;
  double part_begin_s_ = 0;  // end of the last output
};

}  // namespace vieweratlas
