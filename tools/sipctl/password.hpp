// Where a new password comes from: the command line, stdin, the terminal, or chance.
#pragma once

#include <string>

#include "context.hpp"

namespace cord::tools::sipctl {

struct PasswordOptions {
    std::string argument;
    bool from_stdin = false;
    bool generate = false;

    void declare(io::cli::Command &command);
};

/// Asks twice on the terminal when no option says otherwise. A generated one is for the caller to print.
[[nodiscard]] Outcome<std::string> read_password(const Context &context, const PasswordOptions &options);

} // namespace cord::tools::sipctl
