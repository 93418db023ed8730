#include "engine/proxy/way.hpp"

#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {

using transaction::Flow;
using transaction::Transport;
using wire::sip::Message;

Flow way_back(const Message &request, const Flow &flow) {
    Flow back = flow;
    auto via = wire::sip::top_via(request);
    if (flow.transport == Transport::udp && via && !via->wants_rport())
        back.remote.port = via->port.value_or(transaction::default_port(Transport::udp));
    return back;
}

Flow way_to_contact(std::string_view contact, Flow flow) {
    auto uri = wire::sip::Uri::parse(contact);
    if (flow.transport == Transport::udp && uri && base::IpAddress::parse(uri->host) == flow.remote.ip)
        flow.remote.port = uri->port.value_or(transaction::default_port(Transport::udp));
    return flow;
}

std::string_view contact_uri(const Message &message) {
    auto contact = wire::sip::first_name_addr(message, wire::sip::HeaderId::contact);
    return contact && *contact ? (*contact)->uri.text : std::string_view();
}

Flow way_to_sender(const Message &request, const Flow &flow) {
    Flow back = way_back(request, flow);
    auto route = wire::sip::first_name_addr(request, wire::sip::HeaderId::record_route);
    std::string_view next = route && *route ? (*route)->uri.text : contact_uri(request);
    return next.empty() ? back : way_to_contact(next, back);
}

} // namespace cord::engine::proxy
