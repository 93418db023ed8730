#include "tables.hpp"

#include "engine/locate/table.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using io::db::Database;
using Done = io::db::Result<std::monostate>;

std::vector<engine::proxy::TrustedAddress> trusted_of(const std::vector<io::db::Address> &addresses) {
    std::vector<engine::proxy::TrustedAddress> trusted;
    for (const io::db::Address &address : addresses)
        if (auto ip = address.network(); ip && address.group == io::db::trusted_group)
            trusted.push_back(
                {*ip, static_cast<unsigned>(address.bits), static_cast<std::uint16_t>(address.port)});
    return trusted;
}

std::shared_ptr<const engine::locate::Directory> directory_of(const std::vector<io::db::Alias> &aliases,
                                                              const std::vector<io::db::SpeedDial> &dials) {
    using engine::locate::aor_key;
    auto directory = std::make_shared<engine::locate::Directory>();
    for (const io::db::Alias &alias : aliases)
        directory->add_alias(alias.name, alias.domain, "sip:" + aor_key(alias.user, alias.user_domain));
    for (const io::db::SpeedDial &dial : dials)
        directory->add_speed_dial(aor_key(dial.user, dial.domain), dial.number, dial.uri);
    return directory;
}

Done read_directory(Database &database, Tables &tables) {
    auto aliases = database.aliases();
    if (!aliases)
        return tl::unexpected(aliases.error());
    return database.speed_dials().map([&](const std::vector<io::db::SpeedDial> &dials) {
        tables.directory = directory_of(*aliases, dials);
        return std::monostate();
    });
}

/// Puts what a reading gave into its place.
template <class T, class Take>
Done take(io::db::Result<T> read, Take into) {
    return std::move(read).map([&](T value) {
        into(std::move(value));
        return std::monostate();
    });
}

} // namespace

io::db::Result<Tables> read_tables(Database *database, bool bindings_too, base::UnixTime now) {
    if (database == nullptr)
        return fail(io::db::Trouble::gone, "the database is not there");
    Tables tables;
    Done done = database->snapshot([&]() -> Done {
        return take(database->domains(), [&](auto domains) { tables.domains = std::move(domains); })
            .and_then([&](std::monostate) {
                return take(database->addresses(),
                            [&](const auto &addresses) { tables.trusted = trusted_of(addresses); });
            })
            .and_then([&](std::monostate) { return read_directory(*database, tables); })
            .and_then([&](std::monostate) {
                return bindings_too ? take(database->bindings(now),
                                           [&](auto rows) { tables.bindings = std::move(rows); })
                                    : Done();
            });
    });
    return done.map([&](std::monostate) { return std::move(tables); });
}

} // namespace cord::tools::sipws_proxy
