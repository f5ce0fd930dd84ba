// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/event/event.h"

#include "clawtrail/base/check.h"

namespace clawtrail {

namespace {

constexpr std::array<std::string_view, kFields> kFieldNames = {
    "user", "agent", "role",   "client", "device",  "ip",   "channel",  "session", "run",   "trace",
    "conn", "call",  "action", "path",   "command", "tool", "provider", "model",   "reason"};
constexpr std::array<std::string_view, kQuantities> kQuantityNames = {"tokens_in", "tokens_out", "cost_usd",
                                                                      "duration_ms"};

}  // namespace

std::string_view name_of(Field field) {
  CHECK(static_cast<std::size_t>(field) < kFields);
  return kFieldNames[static_cast<std::size_t>(field)];
}

std::optional<Field> field_of(std::string_view name) {
  for (std::size_t i = 0; i < kFields; ++i) {
    if (kFieldNames[i] == name) return static_cast<Field>(i);
  }
  return std::nullopt;
}

std::string_view name_of(Quantity quantity) {
  CHECK(static_cast<std::size_t>(quantity) < kQuantities);
  return kQuantityNames[static_cast<std::size_t>(quantity)];
}

std::optional<Quantity> quantity_of(std::string_view name) {
  for (std::size_t i = 0; i < kQuantities; ++i) {
    if (kQuantityNames[i] == name) return static_cast<Quantity>(i);
  }
  return std::nullopt;
}

}  // namespace clawtrail
