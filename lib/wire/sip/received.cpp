#include "wire/sip/received.hpp"

#include <string>

#include "base/limits.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"

namespace cord::wire::sip {
namespace {

constexpr std::size_t room = 64; // for a port and an address of either family

/// At the limit of what a message may hold, its faults are found anew.
Message reread(const Message &request, std::string_view via, std::string_view text) {
    Edit edit(request);
    edit.replace(via, text);
    auto stamped = Message::parse(edit.render());
    return stamped ? *stamped : request;
}

} // namespace

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

    std::string text;
    text.reserve(via->text.size() + room);
    text = via->text;
    const auto past = [&](std::string_view view) {
        return static_cast<std::size_t>(view.data() + view.size() - via->text.data());
    };
    const auto fill = [&](const Param &param, const std::string &value) {
        if (param.has_value)
            text.replace(past(param.value) - param.value.size(), param.value.size(), value);
        else
            text.insert(past(param.name), "=" + value);
    };
    // RFC 3581 section 4: "it MUST also insert a "received" parameter containing the source IP address that
    // the request came from, even if it is identical to the value of the "sent-by" component."
    const std::string port = std::to_string(source.port), ip = source.ip.text();
    if (!old)
        text += ";received=" + ip;
    // The one further back first: what is before it keeps its place.
    if (old && rport && past(old->name) < past(rport->name)) {
        fill(*rport, port);
        fill(*old, ip);
    } else {
        if (old)
            fill(*old, ip);
        if (rport)
            fill(*rport, port);
    }
    if (request.bytes().size() + text.size() > base::limits::sip_message)
        return reread(request, via->text, text);
    return request.replaced(via->text, text);
}

} // namespace cord::wire::sip
