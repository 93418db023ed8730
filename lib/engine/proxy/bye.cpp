#include "engine/proxy/bye.hpp"

#include <fmt/format.h>

#include "engine/proxy/state.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {

using wire::sip::Builder;
using wire::sip::HeaderId;
using wire::sip::Message;

std::string cancel_for(std::string_view sent_request) {
    const Message request = *Message::parse(sent_request);
    auto cancel = Builder::request("CANCEL", request.request_uri());
    cancel.add(HeaderId::via, request.first_value(HeaderId::via)->text);
    for (const wire::sip::Value &route : request.values(HeaderId::route))
        cancel.add(HeaderId::route, route.text);
    cancel.add(HeaderId::max_forwards, "70");
    for (HeaderId id : {HeaderId::from, HeaderId::to, HeaderId::call_id})
        cancel.add(id, request.header(id).value_or(""));
    cancel.add(HeaderId::cseq, fmt::format("{} CANCEL", wire::sip::cseq(request)->number));
    return cancel.finish();
}

void send_bye(State &s, const Call &call, const DialogSide &from, const DialogSide &to, const Flow &flow,
              std::string_view reason) {
    std::string key = std::string(wire::sip::magic_cookie) + s.random.token(24);
    auto bye = Builder::request("BYE", to.target);
    bye.add(HeaderId::via, s.identity.via(flow, key));
    for (const std::string &route : to.route)
        bye.add(HeaderId::route, route);
    bye.add(HeaderId::max_forwards, "70");
    bye.add(HeaderId::from, from.address);
    bye.add(HeaderId::to, to.address);
    bye.add(HeaderId::call_id, call.call_id);
    bye.add(HeaderId::cseq, fmt::format("{} BYE", from.cseq + 1));
    // RFC 3326.
    bye.add(HeaderId::reason, fmt::format("SIP;cause=480;text=\"{}\"", reason));
    s.layer.send(flow, bye.finish(), key, "BYE", s.now.mono);
}

} // namespace cord::engine::proxy
