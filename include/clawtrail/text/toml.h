// SPDX-License-Identifier: Apache-2.0
// TOML with a place for every node. The only user of toml++; its exceptions end here.
#pragma once

#include <string>

#include "clawtrail/text/yaml.h"

namespace clawtrail {

/// Parses one document (TOML 1.0) into the nodes that YAML gives, too: a table is a map in file order, an
/// array a list, a string a quoted scalar; numbers, booleans and dates are scalars as written by TOML. On
/// failure kMissing, with the error in `diagnostics`. `file` only names the place.
YamlNode parse_toml(const std::string& text, const std::string& file, Diagnostics& diagnostics);

}  // namespace clawtrail
