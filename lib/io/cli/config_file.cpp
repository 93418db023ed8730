#include "io/cli/config_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::io::cli {

namespace {

std::vector<std::string> usual_places(std::string_view tool) {
    std::vector<std::string> places;
    if (const char *config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config != 0)
        places.push_back(fmt::format("{}/cordboard/{}.conf", config, tool));
    else if (const char *home = std::getenv("HOME"); home != nullptr)
        places.push_back(fmt::format("{}/.config/cordboard/{}.conf", home, tool));
    places.push_back(fmt::format("/etc/cordboard/{}.conf", tool));
    return places;
}

} // namespace

static base::Result<ConfigFile, std::string> read(const std::string &text, const std::string &path,
                                                  const ConfigFile::OtherForm &other) {
    if (!other)
        return ConfigFile::parse(text, path);
    auto translated = other(text, path);
    if (!translated)
        return tl::unexpected(translated.error());
    return *translated ? std::move(**translated) : ConfigFile::parse(text, path);
}

base::Result<ConfigFile, std::string> ConfigFile::find(std::string_view tool, const std::string &named,
                                                       const OtherForm &other) {
    const auto places = named.empty() ? usual_places(tool) : std::vector<std::string>{named};
    for (const std::string &path : places) {
        std::ifstream in(path);
        if (in) {
            // A folder opens like a file, and fails at the first read.
            std::string text;
            for (std::string line; std::getline(in, line);)
                text += line + '\n';
            if (!in.bad())
                return read(text, path, other);
        }
        // What is there and cannot be read is not passed over: the operator believes that it holds.
        if (!named.empty() || errno != ENOENT)
            return tl::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
    }
    return ConfigFile();
}

base::Result<ConfigFile, std::string> ConfigFile::parse(std::string_view text, std::string path) {
    ConfigFile file;
    file.path_ = std::move(path);
    std::string section;
    std::string wrong;
    int number = 0;
    base::split(text, '\n', [&](std::string_view raw) {
        ++number;
        const std::string_view line = base::trim(raw);
        if (line.empty() || line.front() == '#' || line.front() == ';' || !wrong.empty())
            return;
        if (line.front() == '[' && line.back() == ']') {
            section = base::trim(line.substr(1, line.size() - 2));
            return;
        }
        auto [key, value] = base::cut(line, '=');
        if (key.size() == line.size()) {
            wrong = fmt::format("{}:{}: neither 'name = value' nor '[section]'", file.path_, number);
            return;
        }
        value = base::trim(value);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        file.lines_.push_back({section, std::string(base::trim(key)), std::string(value), number});
    });
    if (!wrong.empty())
        return tl::unexpected(wrong);
    return file;
}

ConfigFile ConfigFile::of(std::string path, std::vector<Line> lines) {
    ConfigFile file;
    file.path_ = std::move(path);
    file.lines_ = std::move(lines);
    return file;
}

std::vector<std::string> ConfigFile::values(std::string_view section, std::string_view key) const {
    std::vector<std::string> found;
    for (const Line &line : lines_)
        if (line.section == section && line.key == key)
            found.push_back(line.value);
    return found;
}

} // namespace cord::io::cli
