#include "listener_option.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/digest/credentials.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using engine::proxy::Bridge;
using Wrong = tl::unexpected<std::string>;

Wrong wrong(std::string_view text, std::string_view why) {
    return Wrong(fmt::format("'{}' is no listener: {}", text, why));
}

/// Cuts "TRANSPORT:ADDR:PORT" at its first and last separator; an address in brackets may hold colons.
bool cut_three(std::string_view text, std::string_view &transport, std::string_view &address,
               std::string_view &port) {
    char separator = text.find(';') != std::string_view::npos ? ';' : ':';
    std::size_t first = text.find(separator), last = text.rfind(separator);
    if (first == std::string_view::npos || first == last)
        return false;
    transport = text.substr(0, first);
    address = text.substr(first + 1, last - first - 1);
    port = text.substr(last + 1);
    return true;
}

/// Why `name=value` is no option of a listener; empty when it was taken.
std::string take_option(ListenerOption &out, std::string_view name, std::string_view value) {
    if (name == "advertise")
        return parse_advertised(value, out.advertised_host, out.advertised_port)
                   ? ""
                   : "advertise wants HOST or HOST:PORT";
    if (name == "bridge") {
        out.bridge = parse_bridge(value);
        return out.bridge ? "" : "bridge is auto, always or never";
    }
    if (name == "digest") {
        auto order = parse_digest(value, '+');
        if (!order)
            return "digest wants algorithms joined by '+': MD5, SHA-256, SHA-512-256";
        out.digest = std::move(*order);
        return "";
    }
    return fmt::format("it knows the options advertise, bridge and digest, not '{}'", name);
}

} // namespace

base::Result<ListenerOption, std::string> parse_listener(std::string_view text) {
    ListenerOption out;
    auto [place, options] = base::cut(text, ',');
    std::string_view transport, address, port;
    if (!cut_three(place, transport, address, port))
        return wrong(text, "it wants TRANSPORT:ADDRESS:PORT, as in udp:*:5060");
    auto named = engine::transaction::transport_from(transport);
    if (!named)
        return wrong(text, fmt::format("the transport is udp, tcp, tls, ws or wss, not '{}'", transport));
    out.transport = *named;
    if (!address.empty() && address != "*") {
        out.ip = base::IpAddress::parse(address);
        if (!out.ip)
            return wrong(text, fmt::format("'{}' is no IP address (IPv6 stands in brackets)", address));
    }
    auto number = base::to_uint(port, UINT16_MAX);
    if (!number)
        return wrong(text, fmt::format("'{}' is no port", port));
    out.port = static_cast<std::uint16_t>(*number);
    std::string why;
    if (place.size() < text.size())
        base::split(options, ',', [&](std::string_view option) {
            auto [name, value] = base::cut(option, '=');
            if (why.empty())
                why = take_option(out, base::trim(name), base::trim(value));
        });
    if (!why.empty())
        return wrong(text, why);
    return out;
}

bool parse_advertised(std::string_view text, std::string &host, std::uint16_t &port) {
    port = 0;
    if (auto endpoint = base::Endpoint::parse(text)) {
        host = endpoint->ip.text();
        port = endpoint->port;
        return true;
    }
    if (auto ip = base::IpAddress::parse(text)) {
        host = ip->text();
        return true;
    }
    auto [name, number] = base::cut(text, ':');
    if (name.size() < text.size()) {
        auto given = base::to_uint(number, UINT16_MAX);
        if (!given || *given == 0)
            return false;
        port = static_cast<std::uint16_t>(*given);
    }
    host = std::string(name);
    for (char c : host)
        if (!base::is_alpha(c) && !base::is_digit(c) && c != '-' && c != '.')
            return false;
    return !host.empty();
}

std::optional<Bridge> parse_bridge(std::string_view text) {
    if (text == "auto")
        return Bridge::automatic;
    if (text == "always")
        return Bridge::always;
    if (text == "never")
        return Bridge::never;
    return std::nullopt;
}

std::optional<std::vector<crypto::Hash>> parse_digest(std::string_view text, char separator) {
    std::vector<crypto::Hash> order;
    bool known = true;
    base::split(text, separator, [&](std::string_view word) {
        std::size_t before = order.size();
        for (auto hash : {crypto::Hash::md5, crypto::Hash::sha256, crypto::Hash::sha512_256})
            if (base::iequals(base::trim(word), engine::digest::algorithm_name(hash)))
                order.push_back(hash);
        known = known && order.size() > before;
    });
    return known ? std::optional(std::move(order)) : std::nullopt;
}

} // namespace cord::tools::sipws_proxy
