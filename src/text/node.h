// SPDX-License-Identifier: Apache-2.0
// The inside of a node, for the parsers that make nodes.
#pragma once

#include <utility>
#include <vector>

#include "clawtrail/text/yaml.h"

namespace clawtrail {

struct YamlNode::Children {
  std::vector<YamlNode> items;
  std::vector<std::pair<YamlNode, YamlNode>> entries;
};

}  // namespace clawtrail
