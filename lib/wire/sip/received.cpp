#include "wire/sip/received.hpp"

#include <string>

#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"

namespace cord::wire::sip {

Message with_source(const Message &request, const base::Endpoint &source) {
    const auto via = top_via(request);
    if (!via)
        return request;
    // RFC 3261 section 18.2.1: "If the host portion of the "sent-by" parameter contains a domain name, or if
    // it contains an IP address that differs from the packet source address, the server MUST add a "received"
    // parameter to that Via header field value."
    const auto rport = via->params.find("rport");
    const auto old = via->params.find("received");
    const bool differs = base::IpAddress::parse(via->host) != source.ip;
    if (!differs && !rport && !old)
        return request;

    Edit edit(request);
    const auto past = [&](std::string_view view) { return request.offset_of(view) + view.size(); };
    if (rport && rport->has_value)
        edit.replace(rport->value, std::to_string(source.port));
    else if (rport)
        edit.insert(past(rport->name), "=" + std::to_string(source.port));
    // RFC 3581 section 4: "it MUST also insert a "received" parameter containing the source IP address that
    // the request came from, even if it is identical to the value of the "sent-by" component."
    if (old && old->has_value)
        edit.replace(old->value, source.ip.text());
    else if (old)
        edit.insert(past(old->name), "=" + source.ip.text());
    else
        edit.insert(past(via->text), ";received=" + source.ip.text());
    auto stamped = Message::parse(edit.render());
    return stamped ? *stamped : request;
}

} // namespace cord::wire::sip
