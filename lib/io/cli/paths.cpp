#include "io/cli/paths.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

namespace cord::io::cli {

namespace {

std::string environment(const char *name) {
    const char *value = std::getenv(name);
    return value == nullptr ? "" : value;
}

} // namespace

std::string run_directory(std::string_view named) {
    if (!named.empty())
        return std::string(named);
    if (geteuid() == 0)
        return "/run/cordboard";
    // Without a login session there is no runtime directory; one of the user's own is safe where /tmp is not.
    const std::string runtime = environment("XDG_RUNTIME_DIR");
    return runtime.empty() ? state_directory({}) + "/run" : runtime + "/cordboard";
}

std::string state_directory(std::string_view named) {
    if (!named.empty())
        return std::string(named);
    if (geteuid() == 0)
        return "/var/lib/cordboard";
    const std::string data = environment("XDG_DATA_HOME");
    return data.empty() ? environment("HOME") + "/.local/share/cordboard" : data + "/cordboard";
}

std::string in_directory(const std::string &directory, std::string_view name) {
    std::error_code failed;
    if (std::filesystem::create_directories(directory, failed))
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all, failed);
    return failed ? std::string() : fmt::format("{}/{}", directory, name);
}

} // namespace cord::io::cli
