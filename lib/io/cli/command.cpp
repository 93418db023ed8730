#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/cli/app.hpp"
#include "io/cli/command_node.hpp"

namespace cord::io::cli {

Command::Command(std::shared_ptr<CommandNode> node) : node_(std::move(node)) {}
Command::Command(Command &&) noexcept = default;
Command::~Command() = default;

Command &Command::flag(std::string_view names, bool &into, std::string_view help) {
    auto *option = node_->app->add_flag(std::string(names), into, std::string(help));
    node_->add(option, "", into).values = [&into] {
        return std::vector<std::string>{into ? "true" : "false"};
    };
    return *this;
}

Command &Command::option(std::string_view names, std::string &into, std::string_view value,
                         std::string_view help) {
    auto *option = node_->app->add_option(std::string(names), into, std::string(help));
    if (!into.empty())
        option->capture_default_str();
    node_->add(option, value, into).values = [&into] { return std::vector<std::string>{into}; };
    return *this;
}

Command &Command::number(std::string_view names, std::int64_t &into, std::int64_t least, std::int64_t most,
                         std::string_view value, std::string_view help) {
    auto *option = node_->app->add_option(std::string(names), into, std::string(help));
    if (into >= least && into <= most) // else it stands for "not given"
        option->capture_default_str();
    option->check([least, most](const std::string &text) {
        const bool negative = !text.empty() && text.front() == '-';
        auto n = base::to_uint(std::string_view(text).substr(negative ? 1 : 0), INT64_MAX);
        const std::int64_t v =
            n ? (negative ? -static_cast<std::int64_t>(*n) : static_cast<std::int64_t>(*n)) : 0;
        return n && v >= least && v <= most
                   ? std::string()
                   : fmt::format("'{}' is no whole number from {} to {}", text, least, most);
    });
    node_->add(option, value, into).values = [&into] {
        return std::vector<std::string>{std::to_string(into)};
    };
    return *this;
}

Command &Command::decimal(std::string_view names, double &into, std::string_view value,
                          std::string_view help) {
    auto *option = node_->app->add_option(std::string(names), into, std::string(help))->capture_default_str();
    node_->add(option, value, into).values = [&into] {
        return std::vector<std::string>{fmt::format("{}", into)};
    };
    return *this;
}

Command &Command::choice(std::string_view names, std::string &into, std::vector<std::string> choices,
                         std::string_view help) {
    auto *option = node_->app->add_option(std::string(names), into, std::string(help));
    if (!into.empty())
        option->capture_default_str();
    option->check([choices](const std::string &text) {
        const bool known = std::find(choices.begin(), choices.end(), text) != choices.end();
        return known ? std::string() : fmt::format("'{}' is none of {}", text, fmt::join(choices, ", "));
    });
    Entry &entry = node_->add(option, fmt::format("{}", fmt::join(choices, "|")), into);
    entry.values = [&into] { return std::vector<std::string>{into}; };
    entry.choices = std::move(choices);
    return *this;
}

Command &Command::repeated(std::string_view names, std::vector<std::string> &into, std::string_view value,
                           std::string_view help) {
    auto *option = node_->app->add_option(std::string(names), into, std::string(help));
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
    Entry &entry = node_->add(option, value, into);
    entry.values = [&into] { return into; };
    entry.repeated = true;
    return *this;
}

Command &Command::positional(std::string_view name, std::string &into, bool required, std::string_view help) {
    auto *option = node_->app->add_option(std::string(name), into, std::string(help))->required(required);
    node_->add(option, "TEXT", into).values = [&into] { return std::vector<std::string>{into}; };
    return *this;
}

Command &Command::positionals(std::string_view name, std::vector<std::string> &into, bool required,
                              std::string_view help) {
    auto *option = node_->app->add_option(std::string(name), into, std::string(help))->required(required);
    node_->add(option, "TEXT", into).values = [&into] { return into; };
    return *this;
}

Command &Command::live() {
    node_->entries.back().live = true;
    return *this;
}

Command Command::subcommand(std::string_view name, std::string_view help, std::function<int()> act) {
    auto child = std::make_shared<CommandNode>();
    child->app = node_->app->add_subcommand(std::string(name), std::string(help));
    child->app->fallthrough(); // options of the tool are good after the subcommand, too
    child->path = node_->path.empty() ? std::string(name) : fmt::format("{} {}", node_->path, name);
    child->act = std::move(act);
    node_->children.push_back(child);
    if (!node_->act)
        node_->app->require_subcommand(1);
    return Command(std::move(child));
}

Command &Command::alias(std::string_view name) {
    node_->app->alias(std::string(name));
    return *this;
}

} // namespace cord::io::cli
