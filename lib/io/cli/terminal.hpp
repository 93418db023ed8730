// Secrets typed at the terminal.
#pragma once

#include <optional>
#include <string>

namespace cord::io::cli {

/// Asks at the terminal, whatever stdin is, without showing what is typed. Nothing when there is no terminal
/// or the input ends.
[[nodiscard]] std::optional<std::string> ask_secret(const std::string &prompt);

} // namespace cord::io::cli
