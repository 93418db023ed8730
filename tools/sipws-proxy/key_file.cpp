#include "key_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include "io/cli/exit_code.hpp"

namespace cord::tools::sipws_proxy {

using engine::bearer::KeySet;
using io::cli::Exit;

Checked<std::shared_ptr<const KeySet>> read_keys(const std::string &file) {
    const auto refuse = [&](int code, std::string_view why) {
        return tl::unexpected(Refusal{code, fmt::format("--jwt-key {}: {}", file, why)});
    };
    constexpr std::size_t most = 1 << 20;
    std::ifstream in(file, std::ios::binary);
    std::string text(most, '\0');
    if (!in)
        return refuse(errno == EACCES ? Exit::not_permitted : Exit::bad_configuration, std::strerror(errno));
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    auto keys = KeySet::parse(text);
    if (!keys)
        return refuse(Exit::bad_configuration, keys.error().text());
    struct stat status {};
    if (keys->holds_secret() && ::stat(file.c_str(), &status) == 0 &&
        (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return refuse(Exit::not_permitted, "group or others can read the secret in it");
    return std::make_shared<const KeySet>(std::move(*keys));
}

} // namespace cord::tools::sipws_proxy
