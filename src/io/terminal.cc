// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/io/terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace clawtrail {

namespace {

std::string shown(int descriptor) {
  constexpr const char* kNames[] = {"standard input", "standard output", "standard error"};
  return descriptor >= 0 && descriptor <= 2 ? kNames[descriptor] : "descriptor " + std::to_string(descriptor);
}

/// Shows nothing that is typed, for as long as it lives. Signals are typed, too: a program that a signal ends
/// here would leave the terminal so.
class HiddenInput {
 public:
  HiddenInput() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    hidden_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
  }
  ~HiddenInput() {
    if (hidden_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

 private:
  termios before_{};
  bool hidden_ = false;
};

/// To the end, or to the first newline if `one_line`.
Result<std::string> read_input(std::size_t bytes_max, bool one_line) {
  constexpr std::size_t kPortion = 4096;
  std::string text;
  for (;;) {
    const std::size_t size = text.size();
    if (size > bytes_max)
      return Error{Code::kTooLarge, "standard input has more than " + std::to_string(bytes_max) + " bytes"};
    text.resize(size + kPortion);
    CLAWTRAIL_ASSIGN(const std::size_t got, read_descriptor(STDIN_FILENO, {text.data() + size, kPortion}));
    text.resize(size + got);
    if (got == 0 || (one_line && text.back() == '\n')) return text;
  }
}

}  // namespace

Result<std::size_t> read_descriptor(int descriptor, std::span<char> bytes) {
  for (;;) {
    const ssize_t got = ::read(descriptor, bytes.data(), bytes.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return errno_error("read", shown(descriptor), errno);
  }
}

Status write_descriptor(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno_error("write", shown(descriptor), errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<std::string> read_hidden(std::string_view prompt, std::size_t bytes_max) {
  constexpr char kCtrlC = 3;
  const bool terminal = is_terminal(STDIN_FILENO);
  std::string text;
  if (terminal) {
    CLAWTRAIL_TRY(write_descriptor(STDERR_FILENO, prompt));
    {
      const HiddenInput hidden;
      CLAWTRAIL_ASSIGN(text, read_input(bytes_max, true));
    }
    CLAWTRAIL_TRY(write_descriptor(STDERR_FILENO, "\n"));
    if (text.find(kCtrlC) != std::string::npos) return Error{Code::kInvalid, "interrupted"};
  } else {
    CLAWTRAIL_ASSIGN(text, read_input(bytes_max, false));
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

std::size_t terminal_width() {
  winsize size{};
  return is_terminal(STDOUT_FILENO) && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace clawtrail
