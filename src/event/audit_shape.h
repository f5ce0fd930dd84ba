// SPDX-License-Identifier: Apache-2.0
// Events that already have the audit shape of the OpenClaw security guide keep it.
#pragma once

#include <string_view>

#include "clawtrail/event/event.h"
#include "event/expression.h"
#include "event/rules.h"

namespace clawtrail {

/// Takes the fields of `line` (JSON object with a string `event_type`) up into `event`. `text` is the line
/// itself. `details` becomes the event's own details if every other member was taken up unchanged, else the
/// whole event: so nothing is lost. A type of clawtrail's own records ("checkpoint", "alert", …) is never
/// believed: such a line is `log`.
void read_audit_shape(const LineView& line, std::string_view text, const AuditNames& names,
                      Evaluator& evaluator, Event& event);

/// The bytes of member `key` of the valid JSON object `text`; "" if it is not there, there twice, or its name
/// is written with escapes.
std::string_view raw_member(std::string_view text, std::string_view key);

}  // namespace clawtrail
