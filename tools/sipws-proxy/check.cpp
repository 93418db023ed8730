#include "check.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "crypto/random.hpp"
#include "io/cli/exit_code.hpp"
#include "io/db/database.hpp"
#include "io/db/option.hpp"
#include "io/net/loop.hpp"

namespace cord::tools::sipws_proxy {

Checked<std::monostate> check_database(const io::db::Url &url) {
    auto read =
        io::db::Database::open(url).and_then([](io::db::Database database) { return database.domains(); });
    if (!read)
        return tl::unexpected(
            Refusal{io::db::exit_code(read.error().trouble), fmt::format("database: {}", read.error().text)});
    return {};
}

Checked<std::monostate> check_breakers(const std::vector<io::net::NgEndpoint> &breakers) {
    io::net::Loop loop; // the daemon's would serve, too
    crypto::SystemRandom random;
    std::vector<io::net::NgClient> clients;
    std::size_t waiting = breakers.size();
    std::optional<std::size_t> silent;
    for (std::size_t i = 0; i < breakers.size(); ++i) {
        clients.emplace_back(loop, random, breakers[i]);
        clients.back().on_state([&, i, first = true](bool up) mutable {
            if (!std::exchange(first, false))
                return;
            if (!up)
                silent = std::min(i, silent.value_or(i));
            if (--waiting == 0)
                loop.stop();
        });
    }
    if (waiting > 0)
        loop.run();
    if (silent)
        return tl::unexpected(Refusal{
            io::cli::unavailable, fmt::format("the breaker {} does not answer", breakers[*silent].address)});
    return {};
}

} // namespace cord::tools::sipws_proxy
