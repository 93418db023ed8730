#include "engine/locate/binding.hpp"

#include "wire/sip/uri.hpp"

namespace cord::engine::locate {

using transaction::Flow;
using transaction::Transport;

std::optional<Flow> flow_to_contact(const Binding &binding) {
    const Transport transport = binding.flow.transport;
    // RFC 7118 section 5: a WebSocket server cannot open a connection to its client. RFC 5626 section 5.3: a
    // binding with a reg-id is reached over its own flow and no other.
    if (transport == Transport::udp || transaction::is_websocket(transport) || binding.reg_id != 0 ||
        !binding.path.empty())
        return std::nullopt;
    auto uri = wire::sip::Uri::parse(binding.contact);
    if (!uri || base::IpAddress::parse(uri->host) != binding.flow.remote.ip)
        return std::nullopt; // a name, or behind a NAT
    if (!base::iequals(uri->params.value("transport").value_or("udp"), transaction::name(transport)))
        return std::nullopt;
    Flow flow = binding.flow;
    flow.connection = 0;
    flow.remote.port = uri->port.value_or(transaction::default_port(transport));
    // A client that names its connection's own port listens nowhere, and comes back with another.
    if (flow.remote == binding.flow.remote)
        return std::nullopt;
    return flow;
}

std::optional<Push> push_of(std::string_view contact) {
    auto uri = wire::sip::Uri::parse(contact);
    if (!uri)
        return std::nullopt;
    auto value = [&](std::string_view name) {
        return wire::sip::unescape(uri->params.value(name).value_or(""));
    };
    Push push{value("pn-provider"), value("pn-prid"), value("pn-param")};
    if (push.provider.empty() || push.prid.empty())
        return std::nullopt;
    return push;
}

} // namespace cord::engine::locate
