// Reads configuration files with yaml-cpp, and looks at the tree with our own eyes: yaml-cpp keeps duplicate keys silently
// and reads 010 as eight. Only names and places are found here; values stay text until the option table parses them.

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/option.h"
#include "cli/setting_source.h"

#include "vieweratlas/core/text.h"

namespace vieweratlas {
namespace {

// A configuration is a page of text; more is a wrong file, or one made to exhaust memory.
constexpr std::size_t kMaxBytes = 1U << 20U;

class Walker {
 public:
  explicit Walker(std::string_view file_name) : file_name_(file_name) {}

  SourceValues walk(const YAML::Node& document) && {
    if (document.IsNull()) return std::move(source_);
    if (!document.IsMap()) {
      problem(document, "a configuration is made of lines `key: value` or of blocks such as `analysis:`");
      return std::move(source_);
    }
    for (const auto& entry : document) {
      const std::optional<std::string> name = key_name(entry.first);
      if (!name) continue;
      const auto blocks = option_blocks();
      if (std::find(blocks.begin(), blocks.end(), *name) != blocks.end()) {
        walk_block(*name, entry.first, entry.second);
      } else {
        take(entry.first, flat_option(entry.first, *name), entry.second);
      }
    }
    return std::move(source_);
  }

 private:
  std::string where(const YAML::Node& node) const { return fmt::format("{}:{}", file_name_, std::max(node.Mark().line, 0) + 1); }
  void problem(const YAML::Node& node, std::string_view sentence) {
    source_.problems.push_back(where(node) + ": " + std::string(sentence));
  }

  std::optional<std::string> key_name(const YAML::Node& key) {
    if (!key.IsScalar()) {
      problem(key, "a key must be a word");
      return std::nullopt;
    }
    if (key.Scalar() == "<<") {
      problem(key, "merge keys (<<) are not supported; write the values out");
      return std::nullopt;
    }
    return key.Scalar();
  }

  void walk_block(const std::string& block, const YAML::Node& key, const YAML::Node& node) {
    if (std::find(blocks_seen_.begin(), blocks_seen_.end(), block) != blocks_seen_.end()) {
      problem(key, fmt::format("the block {} stands here a second time; put its keys into one block", block));
    }
    blocks_seen_.push_back(block);
    if (node.IsNull()) return;
    if (!node.IsMap()) {
      problem(key, fmt::format("{} is a block: its keys stand below it, indented", block));
      return;
    }
    for (const auto& entry : node) {
      const std::optional<std::string> name = key_name(entry.first);
      if (name) take(entry.first, block_option(entry.first, block, *name), entry.second);
    }
  }

  std::optional<std::size_t> block_option(const YAML::Node& key, const std::string& block, const std::string& name) {
    const std::optional<std::size_t> found = find_option(fmt::format("{}.{}", block, name));
    if (found) return found;
    std::vector<std::string_view> names;
    for (const Option& option : option_table()) {
      if (option.block() == block) names.push_back(option.name());
      if (option.block() != block && option.name() == name) {
        problem(key, fmt::format("{} does not belong to the block {}; it is {}", name, block,
                                 option.block().empty() ? "a key of the top level" : std::string(option.key)));
        return std::nullopt;
      }
    }
    unknown(key, fmt::format("{}.{}", block, printable(name, 80)), nearest(name, names));
    return std::nullopt;
  }

  std::optional<std::size_t> flat_option(const YAML::Node& key, const std::string& name) {
    std::vector<std::string_view> names(option_blocks().begin(), option_blocks().end());
    const std::span<const Option> options = option_table();
    for (std::size_t i = 0; i < options.size(); ++i) {
      if (!options[i].flat) continue;
      if (options[i].name() == name) return i;
      names.push_back(options[i].name());
    }
    for (const Option& option : options) {
      if (option.name() != name) continue;
      problem(key, fmt::format("{} belongs into the block {}:", name, option.block()));
      return std::nullopt;
    }
    unknown(key, printable(name, 80), nearest(name, names));
    return std::nullopt;
  }

  void unknown(const YAML::Node& key, std::string_view name, const std::string& near) {
    problem(key, near.empty() ? fmt::format("there is no key {}; docs/configuration.md lists them", name)
                              : fmt::format("there is no key {}; did you mean {}?", name, near));
  }

  void take(const YAML::Node& key, std::optional<std::size_t> option, const YAML::Node& node) {
    if (!option) return;
    const auto twice =
        std::find_if(source_.values.begin(), source_.values.end(), [&](const GivenValue& given) { return given.option == *option; });
    if (twice != source_.values.end()) {
      problem(key, fmt::format("{} is set twice, first in {}; keep one of the lines", option_table()[*option].key, twice->origin.where));
      return;
    }
    std::optional<RawValue> value = raw_value(node);
    if (!value) {
      problem(key, fmt::format("{} must be {}", option_table()[*option].key, option_table()[*option].field.kind));
      return;
    }
    source_.values.push_back({.option = *option, .value = *std::move(value), .origin = {.kind = OriginKind::kFile, .where = where(key)}});
  }

  /// Scalars and lists of scalars; nothing else is a value.
  static std::optional<RawValue> raw_value(const YAML::Node& node) {
    if (node.IsNull()) return RawValue{.items = {""}};
    if (node.IsScalar()) return RawValue{.items = {node.Scalar()}};
    if (!node.IsSequence()) return std::nullopt;
    RawValue value{.items = {}, .is_list = true};
    for (const auto& item : node) {
      if (!item.IsScalar()) return std::nullopt;
      value.items.push_back(item.Scalar());
    }
    return value;
  }

  std::string file_name_;
  std::vector<std::string> blocks_seen_;
  SourceValues source_;
};

/// Hears the parser out and keeps nothing: for counting documents.
class Silence final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/, const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}
};

/// True when `text` holds more than one document. YAML::LoadAll would do, but for some malformed text it finds empty documents
/// without end and takes all memory.
bool has_several_documents(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Silence silence;
  return parser.HandleNextDocument(silence) && parser.HandleNextDocument(silence);
}

SourceValues only_problem(std::string problem) { return SourceValues{.values = {}, .problems = {std::move(problem)}}; }

}  // namespace

SourceValues read_yaml(std::string_view text, std::string_view file_name) {
  if (text.size() > kMaxBytes) return only_problem(fmt::format("{}: this is larger than 1 MB; is it a configuration?", file_name));
  if (!is_utf8(text)) return only_problem(fmt::format("{}: this is not UTF-8 text; is it a configuration?", file_name));
  try {
    const std::string copy(text);
    if (has_several_documents(copy)) return only_problem(fmt::format("{}: several documents (---) in one file; keep one", file_name));
    return Walker(file_name).walk(YAML::Load(copy));
  } catch (const YAML::Exception& problem) {
    return only_problem(fmt::format("{}:{}: this is not YAML: {}", file_name, std::max(problem.mark.line, 0) + 1, printable(problem.msg)));
  }
}

}  // namespace vieweratlas
