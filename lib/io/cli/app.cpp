#include "io/cli/app.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "io/cli/config_file.hpp"
#include "io/cli/environment.hpp"
#include "io/cli/nearest.hpp"
#include "io/cli/say.hpp"

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

App::App(std::string_view name, std::string_view help, std::string_view licence)
    : Command(std::make_shared<CommandNode>()) {
    node_->root = std::make_unique<CLI::App>(std::string(help), std::string(name));
    node_->app = node_->root.get();
    node_->app->set_help_flag("-h,--help", "Print this help and end");
    node_->app->set_version_flag(
        "--version",
        fmt::format("{} (cordboard) {}{}{}", name, CORD_VERSION, licence.empty() ? "" : "\n", licence),
        "Print the version and end");
    node_->app->get_formatter()->column_width(34);
    node_->app->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    node_->app->add_flag_function(
        "-v,--verbose", [this](std::int64_t n) { common_.verbosity += static_cast<int>(n); },
        "Say more; twice: more still");
    node_->app->add_flag_function(
        "-q,--quiet", [this](std::int64_t) { common_.verbosity = -1; }, "Say only errors");
    option("--config", common_.config, "FILE", "Read options from FILE");
    choice("--log-format", common_.log_format, {"text", "json"}, "How log lines look");
    choice("--color", common_.color, {"auto", "always", "never"}, "Whether to colour");
    option("--run-dir", common_.run_dir, "DIR", "Where sockets and the default database are");
}

void App::act(std::function<int()> act) { node_->act = std::move(act); }

namespace {

/// The tool, and the subcommands that the command line names.
std::vector<CommandNode *> chosen(CommandNode *node) {
    std::vector<CommandNode *> chain{node};
    for (std::size_t i = 0; i < chain.size(); ++i)
        for (auto &child : chain[i]->children)
            if (child->app->parsed())
                chain.push_back(child.get());
    return chain;
}

void collect(const CommandNode &node, std::vector<const CommandNode *> &all) {
    all.push_back(&node);
    for (const auto &child : node.children)
        collect(*child, all);
}

/// Gives an option that the command line left out its values; what they must be is checked as there.
void fill(Entry &entry, const std::vector<std::string> &values) {
    entry.configured = true;
    if (entry.option->get_type_size() == 0) { // a flag
        static constexpr std::string_view yes[] = {"true", "yes", "on", "1"};
        static constexpr std::string_view no[] = {"false", "no", "off", "0"};
        const std::string &word = values.back();
        if (std::find(std::begin(no), std::end(no), word) != std::end(no))
            return;
        if (std::find(std::begin(yes), std::end(yes), word) == std::end(yes))
            throw CLI::ValidationError(entry.key, fmt::format("'{}' is neither yes nor no", word));
        entry.option->add_result("true");
    } else {
        for (const std::string &value : values)
            entry.option->add_result(value);
    }
    entry.option->run_callback();
}

/// Environment before file, both only where the command line says nothing.
void fill(CommandNode &node, std::string_view tool, const ConfigFile &file) {
    for (Entry &entry : node.entries) {
        if (entry.key.empty() || entry.option->count() > 0)
            continue;
        const auto set = from_environment(tool, entry.key, entry.repeated);
        if (set && !set->empty())
            fill(entry, *set);
        if (set)
            continue;
        const auto values = file.values(node.path, entry.key);
        if (!values.empty())
            fill(entry, values);
    }
}

/// The sentence about the first key of the file that no option has.
std::optional<std::string> unknown_key(const CommandNode &root, const ConfigFile &file) {
    std::vector<const CommandNode *> all;
    collect(root, all);
    std::vector<std::string> sections;
    for (const CommandNode *node : all)
        sections.push_back(node->path);
    for (const ConfigFile::Line &line : file.lines()) {
        const auto node = std::find(sections.begin(), sections.end(), line.section) - sections.begin();
        if (node == std::ssize(sections))
            return fmt::format("{}:{}: unknown section [{}]{}", file.path(), line.number, line.section,
                               suggestion(line.section, sections));
        std::vector<std::string> keys;
        for (const Entry &entry : all[static_cast<std::size_t>(node)]->entries)
            keys.push_back(entry.key);
        if (std::find(keys.begin(), keys.end(), line.key) == keys.end())
            return fmt::format("{}:{}: unknown key '{}'{}{}", file.path(), line.number, line.key,
                               line.section.empty() ? "" : fmt::format(" in [{}]", line.section),
                               suggestion(line.key, keys));
    }
    return std::nullopt;
}

/// CLI11's words for a wrong command line, or the nearest option or subcommand where one is unknown.
std::string explain(const CLI::Error &error, CommandNode *root) {
    const std::vector<std::string> extra = root->app->remaining(true);
    if (extra.empty())
        return error.what();
    auto dashed =
        std::find_if(extra.begin(), extra.end(), [](const std::string &w) { return w.starts_with("-"); });
    const std::string &word = dashed == extra.end() ? extra.front() : *dashed;
    std::vector<std::string> names;
    for (const CommandNode *node : chosen(root)) {
        for (const CLI::Option *option : node->app->get_options())
            for (const std::string &name : option->get_lnames())
                names.push_back("--" + name);
        for (const auto &child : node->children)
            names.push_back(child->app->get_name());
    }
    return fmt::format("{} '{}'{}", word.starts_with("-") ? "unknown option" : "unexpected word", word,
                       suggestion(word, names));
}

/// One line an option, for completions and for the tests that hold manual pages against them:
/// command, names, value name, choices, help; a line with no names introduces a subcommand.
void dump_options(const CommandNode &node) {
    fmt::print("{}\t\t\t\t{}\n", node.path, node.app->get_description());
    for (const CLI::Option *option : node.app->get_options()) {
        if (option->get_positional() && option->get_lnames().empty() && option->get_snames().empty())
            continue;
        std::vector<std::string> names;
        for (const std::string &name : option->get_snames())
            names.push_back("-" + name);
        for (const std::string &name : option->get_lnames())
            names.push_back("--" + name);
        const bool flag = option->get_type_size() == 0;
        std::string choices;
        for (const Entry &entry : node.entries)
            if (entry.option == option)
                choices = fmt::format("{}", fmt::join(entry.choices, " "));
        fmt::print("{}\t{}\t{}\t{}\t{}\n", node.path, fmt::join(names, " "),
                   flag ? "" : option->get_type_name(), choices, option->get_description());
    }
    for (const auto &child : node.children)
        dump_options(*child);
}

} // namespace

int App::refuse(int code, std::string_view why) const {
    say(node_->app->get_name(), why);
    return code;
}

bool App::has_option(std::string_view key) const {
    return std::any_of(node_->entries.begin(), node_->entries.end(),
                       [&](const Entry &entry) { return entry.key == key; });
}

/// What was printed may not have been written: a full disk shows here at the latest. A closed pipe is no
/// fault.
static bool output_is_lost() {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
        return false;
    pollfd out{STDOUT_FILENO, POLLOUT, 0};
    ::poll(&out, 1, 0);
    return (out.revents & POLLERR) == 0;
}

/// Started with a closed stdin, stdout or stderr, the next file opened would be taken for it.
static void open_missing_streams() {
    int fd = ::open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = ::dup(fd);
    if (fd > STDERR_FILENO)
        ::close(fd);
}

/// What the command line left out comes from the environment and the file.
base::Result<void, Wrong> App::fill_in() {
    const std::string tool = node_->app->get_name();
    auto file = ConfigFile::find(tool, common_.config, other_form_);
    if (!file)
        return tl::unexpected(Wrong{bad_configuration, file.error()});
    if (auto unknown = unknown_key(*node_, *file))
        return tl::unexpected(Wrong{bad_configuration, *unknown});
    try {
        for (CommandNode *node : chosen(node_.get()))
            fill(*node, tool, *file);
    } catch (const CLI::Error &error) {
        return tl::unexpected(Wrong{bad_configuration, error.what()});
    }
    return {};
}

base::Result<void, Wrong> App::read_again(const App &first) {
    node_->app->parse(first.argc_, first.argv_); // went well once, and is the same
    return fill_in();
}

Changes App::take_live(const App &fresh) {
    Changes changes;
    CORD_ASSERT(fresh.node_->entries.size() == node_->entries.size());
    for (std::size_t i = 0; i < node_->entries.size(); ++i) {
        Entry &entry = node_->entries[i];
        const Entry &other = fresh.node_->entries[i];
        if (entry.values() == other.values())
            continue;
        if (entry.live)
            entry.copy(entry.variable, other.variable);
        (entry.live ? changes.taken : changes.need_restart).push_back(entry.key);
    }
    return changes;
}

std::string Changes::text() const {
    if (taken.empty() && need_restart.empty())
        return "nothing has changed";
    std::string out;
    if (!taken.empty())
        out = fmt::format("taken: {}", fmt::join(taken, ", "));
    if (!need_restart.empty())
        out += fmt::format("{}after a restart: {}", out.empty() ? "" : "; ", fmt::join(need_restart, ", "));
    return out;
}

int App::run(int argc, char **argv) {
    argc_ = argc;
    argv_ = argv;
    open_missing_streams();
    std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of write(2), and ends a filter quietly there
    const std::string tool = node_->app->get_name();
    if (argc == 2 && std::string_view(argv[1]) == "--dump-options") {
        dump_options(*node_);
        return done;
    }
    const auto written = [this](int code) {
        // A command that noticed has said so.
        return code != io_error && output_is_lost() ? refuse(io_error, "the output cannot be written") : code;
    };
    try {
        node_->app->parse(argc, argv);
    } catch (const CLI::Success &asked) { // --help and --version
        return written(node_->app->exit(asked));
    } catch (const CLI::Error &error) {
        return refuse(wrong_usage,
                      fmt::format("{} ({} --help tells more)", explain(error, node_.get()), tool));
    }
    if (auto filled = fill_in(); !filled)
        return refuse(filled.error().code, filled.error().text);
    if (common_.verbosity != 0)
        base::log::set_level(common_.verbosity < 0 ? base::log::Level::error : base::log::Level::debug);
    base::log::set_json(common_.log_format == "json");
    return written(chosen(node_.get()).back()->act());
}

int App::value_code(std::string_view key) const {
    for (const CommandNode *node : chosen(node_.get()))
        for (const Entry &entry : node->entries)
            if (entry.key == key && entry.configured)
                return bad_configuration;
    return wrong_usage;
}

std::string App::effective_configuration() const {
    static constexpr std::string_view no_configuration[] = {"", "config", "check"};
    std::string out;
    for (const CommandNode *node : chosen(node_.get())) {
        if (!node->path.empty())
            out += fmt::format("[{}]\n", node->path);
        for (const Entry &entry : node->entries)
            for (const std::string &value : entry.values())
                if (!value.empty() && std::find(std::begin(no_configuration), std::end(no_configuration),
                                                entry.key) == std::end(no_configuration))
                    out += fmt::format("{} = {}\n", entry.key, value);
    }
    return out;
}

} // namespace cord::io::cli
