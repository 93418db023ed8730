// What stands behind a Command: CLI11's own, and what we keep beside it. For the .cpp files of this folder.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace cord::io::cli {

/// What is kept of an option beside CLI11's own: enough for environment, file, completions and --check.
struct Entry {
    CLI::Option *option = nullptr;
    std::string key; ///< The long name; empty for positionals.
    std::vector<std::string> choices;
    std::function<std::vector<std::string>()> values; ///< As they hold now.
    bool repeated = false;
    bool live = false;
    bool configured = false; ///< By environment or file.
    void *variable = nullptr;
    void (*copy)(void *to,
                 const void *from) = nullptr; ///< Between variables of two entries for the same option.

    template <class T>
    void bind(T &into) {
        variable = &into;
        copy = [](void *to, const void *from) { *static_cast<T *>(to) = *static_cast<const T *>(from); };
    }
};

struct CommandNode {
    CLI::App *app = nullptr;
    std::string
        path; ///< Empty for the tool itself, "add" or "ul show" for subcommands: a section of the file.
    std::vector<Entry> entries;
    std::vector<std::shared_ptr<CommandNode>> children;
    std::function<int()> act;
    std::unique_ptr<CLI::App> root; ///< The tool's alone.

    template <class T>
    Entry &add(CLI::Option *option, std::string_view value_name, T &into) {
        if (!value_name.empty())
            option->type_name(std::string(value_name));
        const auto &names = option->get_lnames();
        Entry &entry = entries.emplace_back();
        entry.option = option;
        entry.key = names.empty() ? std::string() : names.front();
        entry.bind(into);
        return entry;
    }
};

} // namespace cord::io::cli
