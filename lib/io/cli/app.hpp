// The command line of every tool: options, subcommands, configuration file and environment, help. The one
// place that knows CLI11, which no header names.
//
// Precedence: command line, then environment (TOOL_OPTION_NAME), then configuration file (`option-name =
// value`, sections for subcommands), then the default that the bound variable holds.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "io/cli/config_file.hpp"
#include "io/cli/exit_code.hpp"

namespace cord::io::cli {

struct CommandNode;

/// An option's variable lives at least as long as the App; what it holds at first is the default that help
/// shows.
class Command {
  public:
    Command(Command &&) noexcept;
    ~Command();

    /// `names` as CLI11 spells them: "-l,--listen"; a lone word is a positional argument.
    Command &flag(std::string_view names, bool &into, std::string_view help);
    Command &option(std::string_view names, std::string &into, std::string_view value, std::string_view help);
    /// A whole number from `least` to `most`.
    Command &number(std::string_view names, std::int64_t &into, std::int64_t least, std::int64_t most,
                    std::string_view value, std::string_view help);
    Command &decimal(std::string_view names, double &into, std::string_view value, std::string_view help);
    /// One of the words of `choices`.
    Command &choice(std::string_view names, std::string &into, std::vector<std::string> choices,
                    std::string_view help);
    /// An option that may be given several times; a configuration file repeats its line, a variable of the
    /// environment has blanks between values, and double quotes around one that has blanks in it.
    Command &repeated(std::string_view names, std::vector<std::string> &into, std::string_view value,
                      std::string_view help);
    Command &positional(std::string_view name, std::string &into, bool required, std::string_view help);
    /// The option declared last can change while the tool serves: `take_live` gives its variable the new
    /// value.
    Command &live();
    /// All that is left on the line.
    Command &positionals(std::string_view name, std::vector<std::string> &into, bool required,
                         std::string_view help);

    /// A subcommand with options of its own and what it does. `App::run` gives back what `act` returns.
    Command subcommand(std::string_view name, std::string_view help, std::function<int()> act = {});
    /// Another name by which it can be called too.
    Command &alias(std::string_view name);

  protected:
    explicit Command(std::shared_ptr<CommandNode> node);
    std::shared_ptr<CommandNode> node_;
};

/// What the common options of every tool say, once `run` acts.
struct Common {
    std::string config;
    std::string log_format = "text";
    std::string color = "auto";
    std::string
        run_dir; ///< --run-dir or CORDBOARD_RUN_DIR as given; paths.hpp knows what holds when it is empty.
    int verbosity = 0; ///< -v counts up, -q is -1.
};

/// Why the command line or the configuration cannot be used, and the exit code that says so.
struct Wrong {
    int code;
    std::string text;
};

/// What a second reading of the configuration found, by the names of options.
struct Changes {
    std::vector<std::string> taken;
    std::vector<std::string> need_restart;

    /// "taken: grace; after a restart: listen".
    [[nodiscard]] std::string text() const;
};

class App : public Command {
  public:
    /// `name` is the tool's, as in `sipctl (cordboard) 0.1.0`.
    /// `licence` is a second line of --version, where it is not that of the source.
    App(std::string_view name, std::string_view help, std::string_view licence = {});

    /// For a tool without subcommands.
    void act(std::function<int()> act);
    [[nodiscard]] const Common &common() const { return common_; }

    /// A configuration file may be in this form too.
    void reads_also(ConfigFile::OtherForm form) { other_form_ = std::move(form); }
    /// Whether an option of the tool itself has this long name.
    [[nodiscard]] bool has_option(std::string_view key) const;

    /// Parses, sets up logging, acts. Wrong usage and an unreadable configuration are told on stderr in one
    /// line.
    int run(int argc, char **argv);
    /// Reads into the variables of this one, declared alike, what `run` of `first` was given, with the
    /// configuration file as it is now: for a daemon's SIGHUP.
    [[nodiscard]] base::Result<void, Wrong> read_again(const App &first);
    /// Gives live options the values that `fresh`, declared alike, has read.
    Changes take_live(const App &fresh);
    /// What a value that an option cannot have ends with: wrong usage when the command line said it, bad
    /// configuration when the environment or the file did.
    [[nodiscard]] int value_code(std::string_view key) const;
    /// Every option that has a value, with the one that holds, as a configuration file.
    [[nodiscard]] std::string effective_configuration() const;
    /// "tool: why" on stderr; gives `code` back.
    int refuse(int code, std::string_view why) const;

  private:
    [[nodiscard]] base::Result<void, Wrong> fill_in();

    Common common_;
    ConfigFile::OtherForm other_form_;
    int argc_ = 0;
    char **argv_ = nullptr;
};

} // namespace cord::io::cli
