#include <fmt/format.h>

#include "commands.hpp"
#include "io/cli/exit_code.hpp"

namespace cord::tools::sipctl {
namespace {

using Column = io::cli::Column;

std::string shown(const io::db::Address &address) {
    return fmt::format("{}/{}{}", address.ip, address.bits,
                       address.port == 0 ? std::string() : fmt::format(" port {}", address.port));
}

} // namespace

TrustCommands::TrustCommands(io::cli::App &app, Context &context) : context_(context) {
    auto trust = app.subcommand("trust", "Addresses from which requests need no password");
    auto add =
        trust.subcommand("add", "Trust an address or network", [this] { return code_of(this->add()); });
    add.positional("ADDRESS", address_, true, "As 192.0.2.7, 192.0.2.0/24 or 2001:db8::/48")
        .number("--port", port_, 1, UINT16_MAX, "PORT", "Only from this port")
        .option("--tag", tag_, "WORD", "What it is, for people");
    auto rm = trust.subcommand("rm", "Trust it no more", [this] { return code_of(remove()); });
    rm.positional("ADDRESS", address_, true, "As it was added")
        .number("--port", port_, 1, UINT16_MAX, "PORT", "With this port");
    auto list = trust.subcommand("list", "List them", [this] { return code_of(this->list()); });
    context.declare_json(list);
}

Outcome<io::db::Address> TrustCommands::named() const {
    auto address = io::db::parse_address(address_);
    if (!address)
        return context_.refuse(io::cli::wrong_usage,
                               fmt::format("'{}' is no address or network, as 192.0.2.0/24", address_));
    address->port = port_;
    address->tag = tag_;
    return *address;
}

Outcome<int> TrustCommands::add() {
    auto address = named();
    if (!address)
        return tl::unexpected(address.error());
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto added = database->add_address(*address);
    if (!added)
        return context_.refuse(added.error());
    if (!*added)
        return context_.refuse(io::cli::answer_is_no, fmt::format("{} is trusted already", shown(*address)));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> TrustCommands::remove() {
    auto address = named();
    if (!address)
        return tl::unexpected(address.error());
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto removed = database->remove_address(*address);
    if (!removed)
        return context_.refuse(removed.error());
    if (!*removed)
        return context_.refuse(io::cli::answer_is_no, fmt::format("{} is not trusted", shown(*address)));
    context_.tell_of_tables();
    return io::cli::done;
}

Outcome<int> TrustCommands::list() {
    auto database = context_.open_database();
    if (!database)
        return tl::unexpected(database.error());
    auto addresses = database->addresses();
    if (!addresses)
        return context_.refuse(addresses.error());
    auto table = context_.table({{"address"},
                                 {"bits", Column::Kind::number},
                                 {"port", Column::Kind::number},
                                 {"group", Column::Kind::number},
                                 {"tag"}});
    for (const io::db::Address &a : *addresses)
        table.row({a.ip, std::to_string(a.bits), std::to_string(a.port), std::to_string(a.group), a.tag});
    return io::cli::done;
}

} // namespace cord::tools::sipctl
