// SPDX-License-Identifier: Apache-2.0
#include "alert/fields.h"

#include <algorithm>
#include <array>

#include "clawtrail/event/event.h"

namespace clawtrail::alert {

namespace {

/// The suffix of a pair and the values of `result` that it stands for (DESIGN section 3).
struct Suffix {
  const char* name;
  std::vector<std::string> results;
};

const std::vector<Suffix>& suffixes() {
  static const std::vector<Suffix> kSuffixes = {
      {"failed", {"failure", "failed", "denied"}},
      {"failure", {"failure", "failed", "denied"}},
      {"denied", {"denied"}},
      {"success", {"success", "succeeded"}},
      {"succeeded", {"success", "succeeded"}},
      {"allowed", {"allowed"}},
      {"pending", {"pending"}},
      {"error", {"error"}},
  };
  return kSuffixes;
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    if (dot == 0) return {};
    parts.emplace_back(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return parts;
}

std::vector<std::string> event_types() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kEventTypes; ++i) {
    const auto type = static_cast<EventType>(i);
    if (!is_own(type)) names.emplace_back(name_of(type));
  }
  return names;
}

}  // namespace

std::optional<FieldRef> field_ref(const std::string& name) {
  constexpr std::string_view kDetails = "details.";
  if (name.starts_with(kDetails)) {
    FieldRef field{FieldRef::Kind::kDetails, name,
                   split_path(std::string_view(name).substr(kDetails.size()))};
    if (field.path.empty() || name.back() == '.') return std::nullopt;
    return field;
  }
  if (name == "source") return FieldRef{FieldRef::Kind::kSource, name, {}};
  if (quantity_of(name)) return FieldRef{FieldRef::Kind::kNumber, name, {}};
  const auto& names = field_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) return std::nullopt;
  return FieldRef{FieldRef::Kind::kText, name, {}};
}

const std::vector<std::string>& field_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names = {"event_type", "result", "level", "severity", "source"};
    for (std::size_t i = 0; i < kFields; ++i) names.emplace_back(name_of(static_cast<Field>(i)));
    for (std::size_t i = 0; i < kQuantities; ++i) names.emplace_back(name_of(static_cast<Quantity>(i)));
    return names;
  }();
  return kNames;
}

std::vector<std::string> values_of(const FieldRef& field) {
  if (field.name == "event_type") return event_types();
  if (field.name == "result") return {"success", "failure", "allowed", "denied", "pending", "error"};
  if (field.name == "level") return {"debug", "info", "warn", "error", "fatal"};
  if (field.name == "severity") return {"info", "low", "medium", "high", "critical"};
  return {};
}

std::optional<Pair> pair_of(const std::string& name) {
  const auto selectable = [](const std::string& type) -> std::optional<EventType> {
    const std::optional<EventType> found = event_type_of(type);
    return found && !is_own(*found) ? found : std::nullopt;
  };
  if (const auto type = selectable(name)) return Pair{*type, {}};
  const std::size_t cut = name.rfind('_');
  if (cut == std::string::npos) return std::nullopt;
  const auto type = selectable(name.substr(0, cut));
  if (!type) return std::nullopt;
  for (const Suffix& suffix : suffixes()) {
    if (name.compare(cut + 1, std::string::npos, suffix.name) == 0) return Pair{*type, suffix.results};
  }
  return std::nullopt;
}

const std::vector<std::string>& pair_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const std::string& type : event_types()) {
      names.push_back(type);
      for (const Suffix& suffix : suffixes()) names.push_back(type + "_" + suffix.name);
    }
    return names;
  }();
  return kNames;
}

bool is_certain_secret_rule(std::string_view id) {
  // The ambiguous rules of patterns/secrets/{generic,formats}.yaml, which name no issuer; a test compares.
  static constexpr std::array<std::string_view, 44> kGuesses = {
      "archive-password",
      "aspnet-machine-key",
      "authorization-header",
      "basic-credentials",
      "bearer-token",
      "cisco-type7-password",
      "connection-string-password",
      "cookie-header",
      "curl-user-password",
      "directive-password",
      "htpasswd-password",
      "jks-password",
      "jvm-property-password",
      "jwt",
      "key-field",
      "ldap-tool-password",
      "login-flag-password",
      "mssql-hash",
      "mysql-native-hash",
      "net-use-password",
      "netntlm-hash",
      "netrc-password",
      "network-credential-password",
      "odoo-master-password",
      "password-field",
      "postgres-md5-hash",
      "psexec-password",
      "query-token",
      "rails-secret",
      "runas-rdp-password",
      "secure-string-password",
      "snmp-community",
      "snmp-v3-password",
      "spring-cipher-value",
      "sshpass-password",
      "sudo-echo-password",
      "token-field",
      "tool-flag-password",
      "url-password",
      "url-user-token",
      "viserver-password",
      "wordpress-config-secret",
      "wpa-psk",
      "over-budget",  // the redactor masked more than it looked at
  };
  static constexpr std::array<std::string_view, 5> kPrefixes = {"field-", "assignment", "known-", "generic-",
                                                                "user-"};
  if (id == "more") return false;  // the intake's count of entries that it left out, no rule
  if (std::find(kGuesses.begin(), kGuesses.end(), id) != kGuesses.end()) return false;
  return std::none_of(kPrefixes.begin(), kPrefixes.end(),
                      [id](std::string_view prefix) { return id.starts_with(prefix); });
}

}  // namespace clawtrail::alert
