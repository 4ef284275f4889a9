#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/configuration.h"
#include "cli/session.h"
#include "cli/setting_source.h"
#include "cli/store_choice.h"

#include "vieweratlas/core/error.h"
#include "vieweratlas/storage/object_store.h"
#include "vieweratlas/storage/transfer.h"

namespace vieweratlas {

/// vieweratlas storage export and vieweratlas storage import
class CommandTransfer final : public Command {
 public:
  enum class Direction : std::uint8_t { kExport, kImport };
  explicit CommandTransfer(Direction direction) : direction_(direction) {}
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 private:
  [[nodiscard]] Result<TransferReport> copy(Session& session, const std::stop_token& stop) const;

  Direction direction_;
  Configuration configuration_;
  Environment environment_;
};

/// vieweratlas storage list, get and put
class CommandObjects final : public Command {
 public:
  enum class Work : std::uint8_t { kList, kGet, kPut };
  explicit CommandObjects(Work work) : work_(work) {}
  [[nodiscard]] Status setup(const CommandLine& line, const Environment& environment) override;
  [[nodiscard]] Status run() override;
  [[nodiscard]] bool wants_json() const override { return configuration_.settings.talk.json; }

 private:
  [[nodiscard]] Status work(ObjectStore& store) const;
  [[nodiscard]] Status list(const ObjectStore& store) const;

  Work work_;
  Configuration configuration_;
  Environment environment_;
  std::vector<std::string> arguments_;
};

}  // namespace vieweratlas
