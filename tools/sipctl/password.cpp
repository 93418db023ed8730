#include "password.hpp"

#include <iostream>
#include <optional>

#include "crypto/random.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/terminal.hpp"

namespace cord::tools::sipctl {
namespace {

/// About 119 bits.
constexpr std::size_t generated_length = 20;

Outcome<std::string> from_stdin(const Context &context) {
    std::string line;
    if (!std::getline(std::cin, line))
        return context.refuse(io::cli::bad_data, "there is no password on standard input");
    if (!line.empty() && line.back() == '\r')
        line.pop_back();
    return line;
}

Outcome<std::string> from_terminal(const Context &context) {
    auto first = io::cli::ask_secret("Password: ");
    if (!first)
        return context.refuse(io::cli::wrong_usage,
                              "no terminal to ask for a password: give --password-stdin or --generate");
    auto second = io::cli::ask_secret("The same again: ");
    if (first != second)
        return context.refuse(io::cli::bad_data, "the two passwords differ; nothing is changed");
    return *first;
}

} // namespace

void PasswordOptions::declare(io::cli::Command &command) {
    command.positional("PASSWORD", argument, false, "The password; other users of this machine may see it")
        .flag("--password-stdin", from_stdin, "Read the password from the first line of standard input")
        .flag("--generate", generate, "Make a password and print it, this one time");
}

Outcome<std::string> read_password(const Context &context, const PasswordOptions &options) {
    const int given = !options.argument.empty() + options.from_stdin + options.generate;
    if (given > 1)
        return context.refuse(io::cli::wrong_usage,
                              "one password is enough: PASSWORD, --password-stdin or --generate");
    if (options.generate)
        return crypto::SystemRandom().token(generated_length);
    if (!options.argument.empty()) {
        context.say("warning: a password on the command line can be read by other users of this machine");
        return options.argument;
    }
    auto password = options.from_stdin ? from_stdin(context) : from_terminal(context);
    if (password && (password->empty() || password->find('\0') != std::string::npos))
        return context.refuse(io::cli::bad_data, "the password is empty or holds a NUL; nothing is changed");
    return password;
}

} // namespace cord::tools::sipctl
