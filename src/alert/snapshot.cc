// SPDX-License-Identifier: Apache-2.0
// The engine's state as JSON, and back. The bytes are a function of the state: lists in a fixed order, whole
// numbers.
//
// {"version":1,"rules":"<digest>","epoch":N,"own":NS,"late":N,"evicted":N,
//  "streams":[["\"name\",generation",clock NS,epoch],…],
//  "state":[{"id":"rule id","given":[NS,…],"digest":true,"withheld":N,
//            "keys":[{"key":"[\"value\"]","at":[NS,index,…],"held":N,"since":NS,"samples":[[NS,index,"line"],…],
//                     "firing":{"key":[["field","value"],…],"times":[start,end,first,last,quiet],"count":N,
//                               "notified":true,"records":[index,…]}},…]},…]}
// NS: nanoseconds since 1970. Keys stand in the order in which they were last touched.
#include "alert/state.h"
#include "clawtrail/base/check.h"
#include "clawtrail/base/encoding.h"
#include "clawtrail/base/limits.h"
#include "clawtrail/event/json.h"

namespace clawtrail::alert {

namespace {

// --- writing
// ----------------------------------------------------------------------------------------------------

void comma(std::string& out) {
  if (out.back() != '[' && out.back() != '{') out += ',';
}
void name(std::string& out, const char* member) {
  comma(out);
  out += '"';
  out += member;
  out += "\":";
}
void number(std::string& out, const char* member, std::int64_t value) {
  name(out, member);
  append_number(out, value);
}
void count(std::string& out, const char* member, std::uint64_t value) {
  name(out, member);
  append_number(out, value);
}
void text(std::string& out, const char* member, std::string_view value) {
  name(out, member);
  append_json_string(out, value);
}
void element(std::string& out, std::int64_t value) {
  comma(out);
  append_number(out, value);
}
void element(std::string& out, std::uint64_t value) {
  comma(out);
  append_number(out, value);
}
void element(std::string& out, std::string_view value) {
  comma(out);
  append_json_string(out, value);
}

void write_firing(std::string& out, const Firing& firing) {
  name(out, "firing");
  out += '{';
  name(out, "key");
  out += '[';
  for (const auto& [field, value] : firing.key) {
    comma(out);
    out += '[';
    element(out, std::string_view(field));
    element(out, std::string_view(value));
    out += ']';
  }
  out += ']';
  name(out, "times");
  out += '[';
  for (const Timestamp t :
       {firing.window_start, firing.window_end, firing.first_seen, firing.last_seen, firing.quiet_from}) {
    element(out, t.ns);
  }
  out += ']';
  count(out, "count", firing.count);
  name(out, "notified");
  out += firing.notified ? "true" : "false";
  name(out, "records");
  out += '[';
  for (const RecordIndex index : firing.records) element(out, index);
  out += "]}";
}

void write_key(std::string& out, const KeyState& key) {
  comma(out);
  out += '{';
  text(out, "key", key.key);
  name(out, "at");
  out += '[';
  for (std::size_t i = 0; i < key.instants.size(); ++i) {
    element(out, key.instants[i].at.ns);
    element(out, key.instants[i].index);
  }
  out += ']';
  count(out, "held", key.held);
  number(out, "since", key.held_since.ns);
  name(out, "samples");
  out += '[';
  for (const Sample& sample : key.samples) {
    comma(out);
    out += '[';
    element(out, sample.instant.at.ns);
    element(out, sample.instant.index);
    element(out, std::string_view(sample.line));
    out += ']';
  }
  out += ']';
  if (key.firing) write_firing(out, *key.firing);
  out += '}';
}

void write_rule(std::string& out, const RuleState& rule, const std::string& id) {
  comma(out);
  out += '{';
  text(out, "id", id);
  name(out, "given");
  out += '[';
  for (const Timestamp t : rule.notices.given) element(out, t.ns);
  out += ']';
  name(out, "digest");
  out += rule.notices.digest_given ? "true" : "false";
  count(out, "withheld", rule.notices.withheld);
  name(out, "keys");
  out += '[';
  for (const KeyState& key : rule.keys()) write_key(out, key);
  out += "]}";
}

// --- reading
// ----------------------------------------------------------------------------------------------------

/// Reads typed members; the first that is missing or of another type makes all of it invalid.
class Reader {
 public:
  bool good() const { return good_; }
  void require(bool condition) { good_ = good_ && condition; }
  std::int64_t number(const JsonValue& value) { return required(value.integer()); }
  std::uint64_t count(const JsonValue& value) { return required(value.unsigned_integer()); }
  /// In the range that the engine keeps to, so that lengths can be added.
  Timestamp time(const JsonValue& value) {
    constexpr std::int64_t kLatest = INT64_MAX - Duration::from_seconds(500LL * 24 * 3600).ns;
    const std::int64_t ns = number(value);
    require(ns >= Streams::kNever.ns && ns <= kLatest);
    return {good_ ? ns : 0};
  }
  bool boolean(const JsonValue& value) { return required(value.boolean()); }
  std::string text(const JsonValue& value) { return std::string(required(value.string())); }

  template <typename Each>
  void list(const JsonValue& value, Each&& each) {
    require(value.is_array());
    value.for_each([&](std::string_view, const JsonValue& item) {
      each(item);
      return good_;
    });
  }

 private:
  template <typename T>
  T required(const std::optional<T>& value) {
    require(value.has_value());
    return value.value_or(T{});
  }
  bool good_ = true;
};

std::unique_ptr<Firing> read_firing(Reader& reader, const JsonValue& value) {
  auto firing = std::make_unique<Firing>();
  reader.list(value["key"], [&](const JsonValue& pair) {
    firing->key.emplace_back(reader.text(pair.at(0)), reader.text(pair.at(1)));
  });
  const JsonValue times = value["times"];
  firing->window_start = reader.time(times.at(0));
  firing->window_end = reader.time(times.at(1));
  firing->first_seen = reader.time(times.at(2));
  firing->last_seen = reader.time(times.at(3));
  firing->quiet_from = reader.time(times.at(4));
  firing->count = reader.count(value["count"]);
  firing->notified = reader.boolean(value["notified"]);
  reader.list(value["records"],
              [&](const JsonValue& index) { firing->records.push_back(reader.count(index)); });
  reader.require(firing->records.size() <= limits::kAlertSamplesMax &&
                 firing->quiet_from > firing->window_end);
  return firing;
}

void read_instants(Reader& reader, const JsonValue& list, SlidingWindow& window) {
  std::optional<Timestamp> at;
  reader.list(list, [&](const JsonValue& value) {
    if (!at) {
      at = reader.time(value);
      reader.require(window.empty() || window.newest().at <= *at);
      return;
    }
    window.append({*at, reader.count(value)});
    at.reset();
  });
  reader.require(!at.has_value());
}

void read_key(Reader& reader, const JsonValue& value, RuleState& rule) {
  const std::string text = reader.text(value["key"]);
  reader.require(rule.find(text) == nullptr);
  if (!reader.good()) return;
  KeyState& key = rule.touch(text);
  read_instants(reader, value["at"], key.instants);
  key.held = reader.count(value["held"]);
  key.held_since = reader.time(value["since"]);
  reader.list(value["samples"], [&](const JsonValue& sample) {
    key.samples.push_back(
        {{reader.time(sample.at(0)), reader.count(sample.at(1))}, reader.text(sample.at(2))});
  });
  if (value["firing"].exists()) key.firing = read_firing(reader, value["firing"]);
}

void read_rule(Reader& reader, const JsonValue& value, const Rule& rule, RuleState& out) {
  reader.require(reader.text(value["id"]) == rule.id);
  reader.list(value["given"], [&](const JsonValue& t) { out.notices.given.push_back(reader.time(t)); });
  out.notices.digest_given = reader.boolean(value["digest"]);
  out.notices.withheld = reader.count(value["withheld"]);
  reader.list(value["keys"], [&](const JsonValue& key) { read_key(reader, key, out); });
}

}  // namespace

std::string write_snapshot(const State& state, const AlertRules::Impl& rules) {
  CHECK(state.rules.size() == rules.rules.size());
  std::string out = "{";
  number(out, "version", 1);
  text(out, "rules", rules.digest);
  count(out, "epoch", state.streams.epoch());
  number(out, "own", state.streams.own().ns);
  count(out, "late", state.late);
  count(out, "evicted", state.evicted);
  name(out, "streams");
  out += '[';
  for (const auto& [stream, clock] : state.streams.all()) {
    comma(out);
    out += '[';
    element(out, std::string_view(stream));
    element(out, clock.clock.ns);
    element(out, clock.epoch);
    out += ']';
  }
  out += ']';
  name(out, "state");
  out += '[';
  for (std::size_t i = 0; i < state.rules.size(); ++i) write_rule(out, state.rules[i], rules.rules[i].id);
  return out + "]}";
}

Result<State> read_snapshot(const std::string& text, const AlertRules::Impl& rules) {
  JsonParser parser;
  const auto json = parser.parse(text);
  if (!json) return Error{Code::kInvalid, "the alert state is no JSON: " + json.error().message};
  if ((*json)["version"].integer() != 1) return Error{Code::kInvalid, "the alert state has another version"};
  if ((*json)["rules"].string_or("") != rules.digest) {
    return Error{Code::kInvalid, "the alert state belongs to other alert rules"};
  }
  Reader reader;
  State state;
  state.late = reader.count((*json)["late"]);
  state.evicted = reader.count((*json)["evicted"]);
  std::map<std::string, Streams::Stream, std::less<>> streams;
  reader.list((*json)["streams"], [&](const JsonValue& stream) {
    streams[reader.text(stream.at(0))] = {reader.time(stream.at(1)), reader.count(stream.at(2))};
  });
  const std::uint64_t epoch = reader.count((*json)["epoch"]);
  state.streams.restore(std::move(streams), epoch, reader.time((*json)["own"]));

  state.rules.resize(rules.rules.size());
  std::size_t index = 0;
  reader.list((*json)["state"], [&](const JsonValue& value) {
    reader.require(index < rules.rules.size());
    if (reader.good()) read_rule(reader, value, rules.rules[index], state.rules[index]);
    ++index;
  });
  reader.require(index == rules.rules.size());
  if (!reader.good()) return Error{Code::kInvalid, "the alert state contradicts itself"};

  for (std::uint32_t i = 0; i < state.rules.size(); ++i) {
    for (const KeyState& key : state.rules[i].keys()) {
      state.bytes += key.bytes();
      if (key.firing) state.due.emplace(due_time(*key.firing, rules.rules[i]), i, key.key);
    }
  }
  return state;
}

}  // namespace clawtrail::alert
