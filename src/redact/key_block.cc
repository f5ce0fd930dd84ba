// SPDX-License-Identifier: Apache-2.0
#include "redact/key_block.h"

#include <algorithm>
#include <limits>

namespace clawtrail::redact {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END";
constexpr std::string_view kPuttyEnd = "Private-MAC:";
constexpr std::size_t kLabelBytesMax = 48;
/// A line of this many base64 characters is no word. Shorter ones count as the last line of a key only.
constexpr std::size_t kLineBytesMin = 20;
constexpr std::size_t kLineBytesMax = 16 * limits::KiB;  ///< a whole key without line breaks
constexpr std::size_t kPrefixWordsMax = 16;
constexpr std::string_view kHeaders[] = {
    "Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:", "Charset:", "MessageID:"};

enum class LineKind { kBlank, kBody, kHeader, kEndMark, kOther };

std::size_t find_from(std::string_view text, std::string_view what, std::size_t from) {
  return std::min(text.find(what, from), text.size());
}

bool is_base64(std::string_view text) {
  const std::size_t end = text.find_last_not_of('=') + 1;
  return text.size() - end <= 2 &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
                  c == '/';
         });
}

/// Cuts off what lists, quotes and diffs put around a line.
Span trimmed(std::string_view text, Span line) {
  static constexpr std::string_view kBefore = " \t\r\"'>|", kAfter = " \t\r\"',;\\";
  while (line.begin < line.end && kBefore.find(text[line.begin]) != std::string_view::npos) ++line.begin;
  while (line.end > line.begin && kAfter.find(text[line.end - 1]) != std::string_view::npos) --line.end;
  return line;
}

Span without_words(std::string_view text, Span line, std::size_t words) {
  for (; words > 0; --words) {
    while (line.begin < line.end && text[line.begin] != ' ' && text[line.begin] != '\t') ++line.begin;
    while (line.begin < line.end && (text[line.begin] == ' ' || text[line.begin] == '\t')) ++line.begin;
  }
  return trimmed(text, line);
}

std::size_t words_of(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t';
    words += !space && !inside ? 1 : 0;
    inside = !space;
  }
  return words;
}

LineKind kind_of(std::string_view line, const KeyBlock& block) {
  if (line.empty() || line == "+") return LineKind::kBlank;  // "…\n" + of a source text
  if (line.find(block.putty ? kPuttyEnd : kEnd) != std::string_view::npos) return LineKind::kEndMark;
  if (line.size() > kLineBytesMax) return LineKind::kOther;
  if (is_base64(line) && line.size() >= kLineBytesMin) return LineKind::kBody;
  if (block.putty) return is_base64(line) && block.body ? LineKind::kBody : LineKind::kOther;
  if (block.body && is_base64(line) && line.size() % 4 == 0) return LineKind::kBody;
  if (block.body && line.size() == 5 && line[0] == '=' && is_base64(line.substr(1))) return LineKind::kBody;
  const bool header =
      !block.body && std::any_of(std::begin(kHeaders), std::end(kHeaders),
                                 [&](std::string_view name) { return line.starts_with(name); });
  return header ? LineKind::kHeader : LineKind::kOther;
}

/// End of the line that begins at `at`, and where the next one begins. "\n" counts where it was escaped more
/// than once, too.
struct LineEnd {
  std::size_t end, next;
};
LineEnd line_end(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    if (text[at] == '\n') return {at, at + 1};
    if (text[at] != '\\') continue;
    const std::size_t begin = at;
    while (at < text.size() && text[at] == '\\') ++at;
    if (at < text.size() && (text[at] == 'n' || text[at] == 'r')) return {begin, at + 1};
    --at;
  }
  return {text.size(), text.size()};
}

/// Takes lines of the key from `from` on.
BlockStep take_lines(std::string_view text, std::size_t from, KeyBlock& block) {
  BlockStep step;
  step.secret = {from, from};
  std::size_t at = from;
  const auto add = [&](Span line) {
    if (step.secret.end == step.secret.begin) step.secret.begin = line.begin;
    step.secret.end = line.end;
  };
  do {
    const LineEnd ends = line_end(text, at);
    Span line = trimmed(text, {at, ends.end});
    LineKind kind = kind_of(text.substr(line.begin, line.end - line.begin), block);
    if (kind == LineKind::kOther && block.prefix_words > 0) {
      line = without_words(text, line, block.prefix_words);
      kind = kind_of(text.substr(line.begin, line.end - line.begin), block);
    }
    if (kind == LineKind::kOther) {
      step.end = at;
      return step;
    }
    step.matched = true;
    if (kind == LineKind::kEndMark) {
      step.end = find_from(text, block.putty ? kPuttyEnd : kEnd, line.begin);
      const Span rest = trimmed(text, {line.begin, step.end});
      if (rest.end > rest.begin && is_base64(text.substr(rest.begin, rest.end - rest.begin))) add(rest);
      return step;
    }
    if (kind != LineKind::kBlank) add(line);
    if (kind == LineKind::kBody) {
      block.body = true;
      if (block.putty && block.lines_left > 0) --block.lines_left;
    }
    at = ends.next;
  } while (at < text.size() && !(block.putty && block.lines_left == 0));
  step.end = std::min(at, text.size());
  step.open = !(block.putty && block.lines_left == 0);
  return step;
}

/// Where the header ends that has `mark` at `at`; npos if it is none.
std::size_t pem_header_end(std::string_view text, std::size_t at, std::size_t& begin) {
  const std::size_t low = at > kLabelBytesMax ? at - kLabelBytesMax : 0;
  begin = text.substr(0, at).rfind(kBegin);
  if (begin == std::string_view::npos || begin < low) return std::string_view::npos;
  std::string_view rest = text.substr(at + kKeyBlockMark.size());
  std::size_t size = at + kKeyBlockMark.size();
  if (rest.starts_with(" BLOCK")) {
    rest.remove_prefix(6);
    size += 6;
  }
  return rest.starts_with("-----") ? size + 5 : std::string_view::npos;
}

std::size_t putty_header_end(std::string_view text, std::size_t at, KeyBlock& block) {
  std::size_t end = at + kPuttyMark.size();
  std::size_t lines = 0;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9' && lines < 1000) {
    lines = lines * 10 + static_cast<std::size_t>(text[end++] - '0');
  }
  if (lines == 0 || lines > limits::kKeyBlockRecordsMax * 8) return std::string_view::npos;
  block.lines_left = static_cast<std::uint16_t>(lines);
  return end;
}

}  // namespace

BlockStep continue_block(std::string_view text, KeyBlock& block) {
  BlockStep step = take_lines(text, 0, block);
  // A text of another kind that only begins with blank lines says nothing about the key.
  if (!step.open && step.secret.end == step.secret.begin && step.end < text.size()) {
    const std::string_view rest = text.substr(step.end);
    step.matched = step.matched && rest.starts_with(block.putty ? kPuttyEnd : kEnd);
  }
  return step;
}

BlockStep begin_block(std::string_view text, std::size_t from, KeyBlock& block) {
  BlockStep none;
  for (const bool putty : {false, true}) {
    const std::size_t at = text.rfind(putty ? kPuttyMark : kKeyBlockMark);
    if (at == std::string_view::npos || at < from) continue;
    KeyBlock fresh;
    fresh.putty = putty;
    std::size_t begin = at;
    const std::size_t body = putty ? putty_header_end(text, at, fresh) : pem_header_end(text, at, begin);
    if (body == std::string_view::npos || begin < from) continue;
    const std::size_t line_begin = text.rfind('\n', begin);
    const std::size_t before = line_begin == std::string_view::npos ? 0 : line_begin + 1;
    const std::size_t words = words_of(text.substr(before, begin - before));
    fresh.prefix_words = static_cast<std::uint8_t>(std::min(words, kPrefixWordsMax));
    BlockStep step = take_lines(text, body, fresh);
    if (!step.open || step.end < text.size()) continue;
    fresh.open = true;
    block = fresh;
    if (step.secret.end == step.secret.begin) step.secret = {body, body};
    return step;
  }
  return none;
}

}  // namespace clawtrail::redact
