#include "vieweratlas/core/csv.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/number.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/export.h"
#include "vieweratlas/graph/similarity.h"

namespace vieweratlas {
namespace {

using atlas_internal::append_integer;
using atlas_internal::append_number;

/// Appends a comma and a cell.
void number_cell(std::string& out, double value) {
  out += ',';
  append_number(out, value);
}

void integer_cell(std::string& out, std::uint64_t value) {
  out += ',';
  append_integer(out, value);
}

void text_cell(std::string& out, std::string_view value) {
  out += ',';
  append_csv_text(out, value);
}

}  // namespace

std::string nodes_csv(const Atlas& atlas) {
  std::string out = "id,viewers,viewer_count,game,title,name,language,community,label,x,y,radius,degree,strength\n";
  for (const auto& channel : atlas.channels) {
    append_csv_text(out, channel.id);
    integer_cell(out, channel.audience);
    integer_cell(out, channel.viewer_count);
    text_cell(out, channel.game);
    text_cell(out, channel.title);
    text_cell(out, channel.name);
    text_cell(out, channel.language);
    if (channel.community == AtlasChannel::kNoCommunity) {
      out += ",-1,";
    } else {
      integer_cell(out, channel.community);
      text_cell(out, atlas.communities[channel.community].label);
    }
    number_cell(out, static_cast<double>(channel.x));
    number_cell(out, static_cast<double>(channel.y));
    number_cell(out, static_cast<double>(channel.radius));
    integer_cell(out, channel.degree);
    integer_cell(out, channel.strength);
    out += '\n';
  }
  return out;
}

std::string edges_csv(const Atlas& atlas) {
  std::vector<std::string> ids(atlas.channels.size());
  for (std::size_t i = 0; i < ids.size(); ++i) append_csv_text(ids[i], atlas.channels[i].id);

  std::string out = "source,target,weight,jaccard,overlap,cosine,lift,p_target_given_source,p_source_given_target\n";
  constexpr std::size_t kTypicalRow = 96;
  out.reserve(out.size() + kTypicalRow * atlas.edges.size());
  for (const auto& edge : atlas.edges) {
    out += ids[edge.source];
    out += ',';
    out += ids[edge.target];
    integer_cell(out, edge.shared);
    const auto measures =
        similarity(atlas.channels[edge.source].audience, atlas.channels[edge.target].audience, edge.shared, atlas.total_viewers);
    if (!measures) {
      out += ",,,,,,\n";
      continue;
    }
    number_cell(out, measures->jaccard);
    number_cell(out, measures->overlap);
    number_cell(out, measures->cosine);
    out += ',';
    if (measures->lift) append_number(out, *measures->lift);
    number_cell(out, measures->b_given_a);
    number_cell(out, measures->a_given_b);
    out += '\n';
  }
  return out;
}

}  // namespace vieweratlas
