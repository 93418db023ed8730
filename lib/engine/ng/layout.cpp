#include "engine/ng/facing.hpp"
#include "engine/ng/negotiate.hpp"

namespace cord::engine::ng {
namespace {

/// The first interface of that name and family; of that family; the first.
std::size_t choose_interface(const Config &config, std::string_view name, std::optional<bool> ipv6) {
    std::optional<std::size_t> of_family;
    for (std::size_t i = 0; i < config.interfaces.size(); ++i) {
        const Interface &interface = config.interfaces[i];
        if (ipv6 && interface.address.v6 != *ipv6)
            continue;
        if (!name.empty() && interface.name == name)
            return i;
        of_family = of_family.value_or(i);
    }
    return of_family.value_or(0);
}

/// The family that a description speaks, where it says one.
std::optional<bool> family_of(const sdp::Session &session) {
    for (const sdp::Media &media : session.media)
        if (const sdp::Connection *c = sdp::connection_of(session, media))
            return c->address_type == "IP6";
    return std::nullopt;
}

/// A bundle stays on its transport when the section that it began with is given up.
void keep_transports(std::vector<std::size_t> &owners, const Side &side) {
    for (std::size_t &owner : owners)
        if (owner < side.sections.size() && side.transports[side.sections[owner].transport])
            owner = side.sections[owner].transport;
}

/// Whether the transport that is there serves the new facing too.
bool fits(const std::optional<Transport> &transport, const Facing &facing) {
    return transport && (facing.mux || transport->port.rtcp);
}

} // namespace

Layout lay_out(const Session &session, std::size_t offerer, const sdp::Session &offer, const Options &options,
               const Config &config) {
    const std::size_t answerer = 1 - offerer;
    Layout out;
    const bool known = !session.sides[answerer].sections.empty();
    Layout::ForSide &from = out.sides[offerer], &to = out.sides[answerer];
    from.facing = facing_offerer(offer, options);
    to.facing = facing_answerer(offer, from.facing, options,
                                known ? std::optional(session.sides[answerer].facing) : std::nullopt);
    if (known) { // `direction` counts in the first offer alone
        from.interface = session.sides[offerer].interface;
        to.interface = session.sides[answerer].interface;
    } else {
        auto named = [&](std::size_t i) { return i < options.direction.size() ? options.direction[i] : ""; };
        from.interface = choose_interface(config, named(0), family_of(offer));
        to.interface = choose_interface(config, named(1), options.ipv6 ? options.ipv6 : family_of(offer));
    }
    for (std::size_t s : {offerer, answerer}) {
        Layout::ForSide &side = out.sides[s];
        side.owners = transport_owners(offer, side.facing);
        if (side.facing.bundle)
            keep_transports(side.owners, session.sides[s]);
        for (std::size_t i = 0; i < side.owners.size(); ++i) {
            const auto &there = session.sides[s].transports;
            const bool needed = side.owners[i] == i && is_relayed(offer.media[i]);
            if (!needed || (i < there.size() && fits(there[i], side.facing)))
                continue;
            if (side.facing.ice && config.interfaces[side.interface].shared) {
                out.shared.push_back({s, i});
            } else {
                out.to_bind.push_back({s, i});
                out.needs.push_back({side.interface, !side.facing.mux});
            }
        }
    }
    return out;
}

} // namespace cord::engine::ng
