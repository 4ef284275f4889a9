#include "vieweratlas/aws/region.h"

#include <array>
#include <string_view>
#include <utility>

namespace vieweratlas {

std::string_view aws_domain_of(std::string_view region) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPartitions{{
      {"cn-", "amazonaws.com.cn"},
      {"us-iso-", "c2s.ic.gov"},
      {"us-isob-", "sc2s.sgov.gov"},
      {"eu-isoe-", "cloud.adc-e.uk"},
      {"us-isof-", "csp.hci.ic.gov"},
      {"eusc-", "amazonaws.eu"},
  }};
  for (const auto& [begin, domain] : kPartitions) {
    if (region.starts_with(begin)) return domain;
  }
  return "amazonaws.com";
}

}  // namespace vieweratlas
