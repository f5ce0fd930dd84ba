// SPDX-License-Identifier: Apache-2.0
// Makes the alerts that the engine raises: texts, ids, samples.
#pragma once

#include <string>
#include <string_view>

#include "alert/peek.h"
#include "alert/rule.h"
#include "alert/state.h"
#include "clawtrail/alert/engine.h"

namespace clawtrail::alert {

/// 32 hex digits: SHA-256 of the rule's digest, the key and the occasion (window or record index), cut.
std::string alert_id(const Rule& rule, std::string_view key, std::string_view occasion);

/// `line` if it is short, else the same record without its details, else time and type alone. Valid JSON.
std::string sample_of(std::string_view line, const RecordPeek& peek);

/// All but the notice and the samples of a rule with a window.
Alert window_alert(const Rule& rule, const Firing& firing, const std::string& key_text, Timestamp raised);
/// The same when the count has stayed low for the cooldown: an id of its own, since its window ends later.
Alert resolved_alert(const Rule& rule, const Firing& firing, const std::string& key_text);
/// A rule without a window: one record.
Alert record_alert(const Rule& rule, const std::string& key_text, Key key, Instant instant,
                   std::uint64_t count, Timestamp first_seen);

/// Decides whether somebody is told; `age` is how old the event was when it was received.
void decide_notice(Alert& alert, Notices& notices, Duration age, Duration age_max);

}  // namespace clawtrail::alert
