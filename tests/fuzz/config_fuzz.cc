// SPDX-License-Identifier: Apache-2.0
// The configuration reader: any text gives options or diagnostics, never a crash, and the same twice.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "clawtrail/alert/rules.h"
#include "clawtrail/base/check.h"
#include "clawtrail/config/config.h"
#include "support/fixed_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  clawtrail::FixedFiles files;  // No text of the fuzzer may open a file of this machine.
  files.contents["/secret"] = "value\n";
  std::string rendered[2];
  for (std::string& out : rendered) {
    clawtrail::Diagnostics diagnostics;
    clawtrail::ConfigInputs inputs;
    inputs.path = "fuzz.yaml";
    const auto options = clawtrail::parse_config(files, text, "fuzz.yaml", inputs, diagnostics);
    CHECK(diagnostics.has_errors() || !options.sources.empty());
    const auto rules = clawtrail::AlertRules::load(options.alert_lists, diagnostics);
    out = diagnostics.render();
  }
  CHECK(rendered[0] == rendered[1]);
  return 0;
}
