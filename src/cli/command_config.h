#pragma once

#include <filesystem>

#include "cli/command.h"
#include "cli/configuration.h"

namespace vieweratlas {

/// vieweratlas config show
class CommandConfigShow final : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 private:
  Configuration configuration_;
  bool show_origin_ = false;
};

/// vieweratlas config validate
class CommandConfigValidate final : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;

 private:
  std::filesystem::path file_;
};

/// vieweratlas config docs
class CommandConfigDocs final : public Command {
 public:
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
};

}  // namespace vieweratlas
