#include "tables.hpp"

#include <algorithm>
#include <climits>
#include <optional>

#include "base/log.hpp"
#include "engine/locate/table.hpp"
#include "wire/sip/uri.hpp"

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
                                                              const std::vector<io::db::SpeedDial> &dials,
                                                              const std::vector<io::db::Member> &members) {
    using engine::locate::aor_key;
    auto directory = std::make_shared<engine::locate::Directory>();
    for (const io::db::Alias &alias : aliases)
        directory->add_alias(alias.name, alias.domain, "sip:" + aor_key(alias.user, alias.user_domain));
    for (const io::db::SpeedDial &dial : dials)
        directory->add_speed_dial(aor_key(dial.user, dial.domain), dial.number, dial.uri);
    for (const io::db::Member &member : members)
        directory->add_member(aor_key(member.user, member.domain), member.group);
    return directory;
}

Done read_directory(Database &database, Tables &tables) {
    auto aliases = database.aliases();
    if (!aliases)
        return tl::unexpected(aliases.error());
    auto dials = database.speed_dials();
    if (!dials)
        return tl::unexpected(dials.error());
    return database.members().map([&](const std::vector<io::db::Member> &members) {
        tables.directory = directory_of(*aliases, *dials, members);
        return std::monostate();
    });
}

/// Nothing for a row that makes no sense, which `sipctl` would not have written.
std::optional<engine::proxy::Trunk> trunk_of(const io::db::Trunk &row) {
    auto uri = wire::sip::Uri::parse(row.uri);
    auto place = uri && !uri->has_user ? engine::resolve::Destination::of(*uri) : std::nullopt;
    if (!place || (place->transport && engine::transaction::is_websocket(*place->transport)))
        return std::nullopt;
    engine::proxy::Trunk trunk;
    trunk.name = row.name;
    trunk.scheme = uri->scheme;
    trunk.server = row.uri.substr(uri->scheme.size() + 1);
    trunk.host = uri->host;
    trunk.place = std::move(*place);
    trunk.username = row.username;
    trunk.password = row.password;
    trunk.registers = row.registers && !row.username.empty();
    trunk.probe = std::chrono::seconds(std::clamp<std::int64_t>(row.probe, 0, 86'400));
    return trunk;
}

engine::proxy::Rule rule_of(const io::db::Rule &row) {
    return {row.prefix,
            row.trunk,
            static_cast<std::size_t>(std::max<std::int64_t>(row.strip, 0)),
            row.prepend,
            static_cast<int>(std::clamp<std::int64_t>(row.priority, INT_MIN, INT_MAX)),
            static_cast<unsigned>(std::clamp<std::int64_t>(row.weight, 0, UINT16_MAX)),
            row.group};
}

Done read_dial_plan(Database &database, Tables &tables) {
    auto rows = database.trunks();
    if (!rows)
        return tl::unexpected(rows.error());
    std::vector<engine::proxy::Trunk> trunks;
    for (const io::db::Trunk &row : *rows) {
        if (auto trunk = trunk_of(row))
            trunks.push_back(std::move(*trunk));
        else
            base::log::warning("proxy", "trunk {} has no URI of a server: it is left out", row.name);
    }
    return database.rules().map([&](const std::vector<io::db::Rule> &rules) {
        std::vector<engine::proxy::Rule> all;
        for (const io::db::Rule &row : rules)
            all.push_back(rule_of(row));
        tables.dial_plan = std::make_shared<const engine::proxy::DialPlan>(std::move(trunks), std::move(all));
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
            .and_then([&](std::monostate) { return read_dial_plan(*database, tables); })
            .and_then([&](std::monostate) {
                return bindings_too ? take(database->bindings(now),
                                           [&](auto rows) { tables.bindings = std::move(rows); })
                                    : Done();
            });
    });
    return done.map([&](std::monostate) { return std::move(tables); });
}

} // namespace cord::tools::sipws_proxy
