#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "atlas/number.h"

#include "vieweratlas/atlas/atlas.h"
#include "vieweratlas/atlas/colors.h"
#include "vieweratlas/atlas/export.h"
#include "vieweratlas/core/text.h"
#include "vieweratlas/graph/similarity.h"

namespace vieweratlas {
namespace {

using atlas_internal::append_integer;
using atlas_internal::append_number;

/// True at a character that XML 1.0 cannot hold even as a reference: controls other than tab, LF and CR; U+FFFE, U+FFFF.
bool is_forbidden(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20) return byte != '\t' && byte != '\n' && byte != '\r';
  return byte == 0xEF && (text.substr(at, 3) == "\xEF\xBF\xBE" || text.substr(at, 3) == "\xEF\xBF\xBF");
}

/// Appends ` name="text"`, escaped for XML.
void attribute(std::string& out, std::string_view name, std::string_view foreign) {
  const std::string text = is_utf8(foreign) ? std::string(foreign) : sanitise_utf8(foreign);
  out += ' ';
  out += name;
  out += "=\"";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_forbidden(text, at)) {
      at += static_cast<unsigned char>(c) < 0x20 ? 0 : 2;
      continue;
    }
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\t': out += "&#9;"; break;
      case '\n': out += "&#10;"; break;
      case '\r': out += "&#13;"; break;
      default: out += c;
    }
  }
  out += '"';
}

void attribute(std::string& out, std::string_view name, double value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_number(out, value);
  out += '"';
}

void attribute(std::string& out, std::string_view name, std::uint64_t value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_integer(out, value);
  out += '"';
}

/// Appends `<attvalue for="key" value="..."/>`.
template <typename Value>
void attvalue(std::string& out, std::string_view key, const Value& value) {
  out += "<attvalue";
  attribute(out, "for", key);
  attribute(out, "value", value);
  out += "/>";
}

void append_node(std::string& out, const Atlas& atlas, std::uint64_t index) {
  const auto& channel = atlas.channels[index];
  const bool has_community = channel.community != AtlasChannel::kNoCommunity;
  out += "<node";
  attribute(out, "id", index);
  attribute(out, "label", std::string_view(channel.name));
  out += "><attvalues>";
  attvalue(out, "login", std::string_view(channel.id));
  if (channel.audience > 0) attvalue(out, "viewers", channel.audience);
  if (channel.viewer_count > 0) attvalue(out, "viewer_count", channel.viewer_count);
  if (!channel.game.empty()) attvalue(out, "game", std::string_view(channel.game));
  if (!channel.language.empty()) attvalue(out, "language", std::string_view(channel.language));
  if (!channel.title.empty()) attvalue(out, "title", std::string_view(channel.title));
  if (has_community) {
    attvalue(out, "community", std::uint64_t{channel.community});
    attvalue(out, "community_label", std::string_view(atlas.communities[channel.community].label));
  }
  out += "</attvalues>";
  const Rgb color = has_community ? atlas.communities[channel.community].color : no_community_color().dark;
  out += "<viz:color";
  attribute(out, "r", std::uint64_t{color[0]});
  attribute(out, "g", std::uint64_t{color[1]});
  attribute(out, "b", std::uint64_t{color[2]});
  out += "/><viz:position";
  attribute(out, "x", static_cast<double>(channel.x));
  attribute(out, "y", -static_cast<double>(channel.y));
  out += " z=\"0\"/><viz:size";
  attribute(out, "value", static_cast<double>(channel.radius));
  out += "/></node>\n";
}

void append_edge(std::string& out, const Atlas& atlas, std::uint64_t index) {
  const auto& edge = atlas.edges[index];
  out += "<edge";
  attribute(out, "id", index);
  attribute(out, "source", std::uint64_t{edge.source});
  attribute(out, "target", std::uint64_t{edge.target});
  attribute(out, "weight", std::uint64_t{edge.shared});
  const auto measures =
      similarity(atlas.channels[edge.source].audience, atlas.channels[edge.target].audience, edge.shared, atlas.total_viewers);
  if (!measures) {
    out += "/>\n";
    return;
  }
  out += "><attvalues>";
  attvalue(out, "cosine", measures->cosine);
  attvalue(out, "jaccard", measures->jaccard);
  if (measures->lift) attvalue(out, "lift", *measures->lift);
  out += "</attvalues></edge>\n";
}

constexpr std::string_view kAttributes =
    "<attributes class=\"node\">\n"
    "<attribute id=\"login\" title=\"login\" type=\"string\"/>\n"
    "<attribute id=\"viewers\" title=\"viewers\" type=\"long\"/>\n"
    "<attribute id=\"viewer_count\" title=\"viewer_count\" type=\"long\"/>\n"
    "<attribute id=\"game\" title=\"game\" type=\"string\"/>\n"
    "<attribute id=\"language\" title=\"language\" type=\"string\"/>\n"
    "<attribute id=\"title\" title=\"title\" type=\"string\"/>\n"
    "<attribute id=\"community\" title=\"community\" type=\"integer\"/>\n"
    "<attribute id=\"community_label\" title=\"community_label\" type=\"string\"/>\n"
    "</attributes>\n"
    "<attributes class=\"edge\">\n"
    "<attribute id=\"cosine\" title=\"cosine\" type=\"double\"/>\n"
    "<attribute id=\"jaccard\" title=\"jaccard\" type=\"double\"/>\n"
    "<attribute id=\"lift\" title=\"lift\" type=\"double\"/>\n"
    "</attributes>\n";

void append_text_element(std::string& out, std::string_view name, std::string_view text) {
  // An attribute's escapes are right for text as well.
  std::string escaped;
  attribute(escaped, "", text);
  out += '<';
  out += name;
  out += '>';
  out += std::string_view(escaped).substr(3, escaped.size() - 4);
  out += "</";
  out += name;
  out += ">\n";
}

}  // namespace

std::string gexf(const Atlas& atlas) {
  constexpr std::size_t kTypicalNode = 600;
  constexpr std::size_t kTypicalEdge = 200;
  std::string out;
  out.reserve(kTypicalNode * atlas.channels.size() + kTypicalEdge * atlas.edges.size() + 2048);
  out +=
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<gexf xmlns=\"http://www.gexf.net/1.2draft\" xmlns:viz=\"http://www.gexf.net/1.2draft/viz\" version=\"1.2\">\n<meta>\n";
  append_text_element(out, "creator", "ViewerAtlas " + atlas.provenance.version);
  append_text_element(out, "description", atlas.provenance.title);
  out += "</meta>\n<graph mode=\"static\" defaultedgetype=\"undirected\">\n";
  out += kAttributes;
  out += "<nodes>\n";
  for (std::size_t i = 0; i < atlas.channels.size(); ++i) append_node(out, atlas, i);
  out += "</nodes>\n<edges>\n";
  for (std::size_t i = 0; i < atlas.edges.size(); ++i) append_edge(out, atlas, i);
  out += "</edges>\n</graph>\n</gexf>\n";
  return out;
}

}  // namespace vieweratlas
