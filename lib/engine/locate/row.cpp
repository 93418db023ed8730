#include "engine/locate/row.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::engine::locate {
namespace {

using transaction::Flow;
using transaction::Transport;

/// In the order of Kamailio's bits, which say what requests a contact takes.
constexpr std::string_view methods[] = {"INVITE",   "CANCEL",    "ACK",    "BYE",     "INFO",
                                        "REGISTER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "OPTIONS",
                                        "PRACK",    "UPDATE",    "REFER",  "PUBLISH"};

std::int64_t method_bits(std::string_view allow) {
    std::int64_t bits = 0;
    base::split(allow, ',', [&](std::string_view piece) {
        for (std::size_t i = 0; i < std::size(methods); ++i)
            if (base::trim(piece) == methods[i])
                bits |= std::int64_t{1} << i;
    });
    return bits;
}

std::string methods_text(std::int64_t bits) {
    std::string out;
    for (std::size_t i = 0; i < std::size(methods); ++i)
        if ((bits >> i & 1) != 0)
            out += fmt::format("{}{}", out.empty() ? "" : ", ", methods[i]);
    return out;
}

std::optional<base::Endpoint> received_address(std::string_view received) {
    if (!base::istarts_with(received, "sip:"))
        return std::nullopt;
    return base::Endpoint::parse(base::cut(received.substr(4), ';').first);
}

struct Socket {
    Transport transport;
    base::Endpoint local;
};

std::optional<Socket> read_socket(std::string_view text) {
    auto [name, address] = base::cut(text, ':');
    auto transport = transaction::transport_from(name);
    auto local = base::Endpoint::parse(address);
    if (!transport || !local)
        return std::nullopt;
    return Socket{*transport, *local};
}

} // namespace

Row to_row(const Binding &b) {
    Row row;
    row.ruid = b.ruid;
    row.username = b.user;
    row.domain = b.domain;
    row.contact = b.contact;
    // The socket column tells ws from wss.
    row.received =
        fmt::format("sip:{};transport={}", b.flow.remote.text(), transaction::uri_name(b.flow.transport));
    for (const std::string &uri : b.path)
        row.path += fmt::format("{}<{}>", row.path.empty() ? "" : ", ", uri);
    row.expires = b.expires;
    row.q = b.q == no_q ? -1 : b.q / 1000.0;
    row.callid = b.call_id;
    row.cseq = b.cseq;
    row.last_modified = b.modified;
    row.user_agent = b.user_agent;
    row.socket = fmt::format("{}:{}", transaction::name(b.flow.transport), b.flow.local.text());
    row.methods = method_bits(b.methods);
    if (!b.instance.empty())
        row.instance = fmt::format("<{}>", b.instance);
    row.reg_id = b.reg_id;
    row.connection_id = static_cast<std::int64_t>(b.flow.connection & 0x7fffffff);
    return row;
}

std::optional<Binding>
from_row(const Row &row, std::span<const std::pair<transaction::Transport, base::Endpoint>> listeners) {
    auto socket = read_socket(row.socket);
    auto remote = received_address(row.received);
    if (!socket || !remote || row.ruid.empty() || row.username.empty() || row.contact.empty())
        return std::nullopt;
    Binding b;
    b.ruid = row.ruid;
    b.user = row.username;
    b.domain = base::lower(row.domain);
    b.contact = row.contact;
    b.instance = base::without_brackets(base::trim(row.instance));
    b.reg_id = static_cast<std::uint32_t>(std::clamp<std::int64_t>(row.reg_id, 0, INT32_MAX));
    base::split(row.path, ',', [&](std::string_view uri) {
        uri = base::trim(uri);
        if (uri.size() > 2)
            b.path.emplace_back(uri.substr(1, uri.size() - 2));
    });
    b.call_id = row.callid;
    b.cseq = static_cast<std::uint32_t>(row.cseq);
    b.q = row.q < 0 ? no_q : static_cast<int>(std::lround(std::min(row.q, 1.0) * 1000));
    b.user_agent = row.user_agent;
    b.methods = methods_text(row.methods);
    b.expires = row.expires;
    b.modified = row.last_modified;
    b.flow = Flow{socket->transport, 0, 0, socket->local, *remote};
    auto listener = std::find_if(listeners.begin(), listeners.end(), [&](const auto &l) {
        return l.first == socket->transport && l.second.port == socket->local.port &&
               (l.second.ip == socket->local.ip || l.second.ip.is_any());
    });
    // One of TCP or TLS without a connection has lost it before: `received` is where it takes new ones.
    const bool contactable = socket->transport == Transport::udp ||
                             (row.connection_id == 0 && !transaction::is_websocket(socket->transport));
    auto way = contactable ? std::optional(b.flow) : flow_to_contact(b);
    b.reachable = way && listener != listeners.end();
    b.flow = way.value_or(b.flow);
    if (listener != listeners.end())
        b.flow.listener = static_cast<std::uint16_t>(listener - listeners.begin());
    return b;
}

} // namespace cord::engine::locate
