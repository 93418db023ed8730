// A configuration file: `name = value` lines, `[section]` for subcommands, # or ; before a comment.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace cord::io::cli {

class ConfigFile {
  public:
    struct Line {
        std::string section, key, value;
        int number;
    };

    /// How a file in another program's form is read: nothing when it is in ours, an error in a whole
    /// sentence.
    using OtherForm = std::function<base::Result<std::optional<ConfigFile>, std::string>(
        std::string_view text, const std::string &path)>;

    /// The file named, which must be there, else the first of $XDG_CONFIG_HOME/cordboard/TOOL.conf and
    /// /etc/cordboard/TOOL.conf, else an empty one. The error is a whole sentence.
    [[nodiscard]] static base::Result<ConfigFile, std::string>
    find(std::string_view tool, const std::string &named, const OtherForm &other = {});
    [[nodiscard]] static base::Result<ConfigFile, std::string> parse(std::string_view text, std::string path);

    /// Of lines that were read elsewhere.
    [[nodiscard]] static ConfigFile of(std::string path, std::vector<Line> lines);

    [[nodiscard]] const std::string &path() const { return path_; }
    [[nodiscard]] const std::vector<Line> &lines() const { return lines_; }
    /// In the order of the file.
    [[nodiscard]] std::vector<std::string> values(std::string_view section, std::string_view key) const;

  private:
    std::string path_;
    std::vector<Line> lines_;
};

} // namespace cord::io::cli
