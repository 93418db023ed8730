#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <editline/readline.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "commands.hpp"
#include "io/cli/exit_code.hpp"
#include "proxy.hpp"

namespace cord::tools::sipctl {
namespace {

std::vector<std::string> split_words(std::string_view line) {
    std::vector<std::string> words;
    base::split(line, ' ', [&](std::string_view word) {
        if (!base::trim(word).empty())
            words.emplace_back(base::trim(word));
    });
    return words;
}

/// The methods that completion knows. libedit's callbacks take no argument of ours.
std::vector<std::string> known_methods;

char *next_completion(const char *begun, int state) {
    static std::size_t at;
    if (state == 0)
        at = 0;
    for (; at < known_methods.size(); ++at)
        if (known_methods[at].starts_with(begun))
            return ::strdup(known_methods[at++].c_str());
    return nullptr;
}

char **complete(const char *word, int start, int) {
    rl_attempted_completion_over = 1; // no file names
    return start == 0 ? rl_completion_matches(word, next_completion) : nullptr;
}

/// A line from the terminal, with editing, or from a file or pipe as it is.
std::optional<std::string> read_line(bool terminal) {
    if (terminal) {
        std::unique_ptr<char, decltype(&std::free)> typed(::readline("> "), &std::free);
        if (!typed)
            return std::nullopt;
        if (*typed != '\0')
            ::add_history(typed.get());
        return typed.get();
    }
    std::string line;
    for (int c; (c = std::getchar()) != EOF;) {
        if (c == '\n')
            return line;
        line += static_cast<char>(c);
    }
    return line.empty() ? std::nullopt : std::optional(line);
}

} // namespace

RpcCommand::RpcCommand(io::cli::App &app, Context &context) : context_(context) {
    auto rpc = app.subcommand("rpc", "Call a method of a daemon; without one, read calls line by line",
                              [this] { return code_of(run()); });
    rpc.positionals("METHOD", words_, false, "The method, and its arguments after it")
        .option("--socket", socket_, "S",
                "A socket, or its name in the run directory (default: the proxy's)");
    context.declare_json(rpc);
}

Outcome<int> RpcCommand::run() {
    auto daemon =
        socket_.empty() ? context_.connect() : io::rpc::Client::connect(context_.socket_path(socket_));
    if (!daemon)
        return context_.refuse(daemon.error());
    return words_.empty() ? shell(*daemon) : call(*daemon, words_);
}

int RpcCommand::call(io::rpc::Client &daemon, const std::vector<std::string> &words) const {
    std::vector<std::string> params;
    for (std::size_t i = 1; i < words.size(); ++i)
        params.push_back(json_of_argument(words[i]));
    auto answer = daemon.call(words.front(), params);
    if (!answer)
        return context_.refuse(answer.error()).value().code;
    fmt::print("{}\n", readable(*answer, context_.json()));
    return io::cli::done;
}

int RpcCommand::shell(io::rpc::Client &daemon) const {
    const bool terminal = ::isatty(STDIN_FILENO) == 1;
    if (auto methods = daemon.call("system.listMethods", {}); terminal && methods) {
        for (const std::string &name : split_words(readable(*methods, false)))
            known_methods.emplace_back(name.substr(name.find('"') + 1, name.rfind('"') - name.find('"') - 1));
        rl_attempted_completion_function = complete;
    }
    int code = io::cli::done;
    while (auto line = read_line(terminal)) {
        auto words = split_words(*line);
        if (words.empty())
            continue;
        if (words.front() == "quit" || words.front() == "exit")
            break;
        code = call(daemon, words);
        std::fflush(stdout);
    }
    return code;
}

} // namespace cord::tools::sipctl
