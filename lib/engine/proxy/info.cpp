#include "engine/proxy/dialog.hpp"
#include "engine/proxy/info_body.hpp"
#include "engine/proxy/processor.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

/// What it asks for, when it is all that the INFO says. RFC 6086 section 4.2.1: one of an Info Package names
/// it in Info-Package, and is between the two sides.
std::optional<MediaWish> media_wish(const Message &request) {
    if (request.method() != Method::info || request.has(HeaderId::content_encoding) ||
        request.header("Info-Package"))
        return std::nullopt;
    return read_media_wish(request.header(HeaderId::content_type).value_or(""), request.body());
}

} // namespace

Next absorb_info(State &s, Exchange &e) {
    if (e.absorbed)
        return *e.absorbed ? reply(s, e, 200) : Next::go_on;
    const auto wish = e.in_dialog ? media_wish(e.request) : std::nullopt;
    auto place = wish ? place_of(s, e) : std::nullopt;
    if (!place || !place->branch->bridge)
        return Next::go_on;
    // Whether the other side takes it in RTP, the breaker knows: else it refuses, and the INFO goes on.
    const BridgeSession &bridge = *place->branch->bridge;
    s.ask_breaker({Question::Kind::info, e.id, 0}, bridge.breaker,
                  wish->key ? ng_play_dtmf(bridge, e.from.tag(), e.to.tag(), *wish->key, wish->duration)
                            : ng_request_key_frame(bridge, e.to.tag(), e.from.tag()));
    return Next::wait;
}

} // namespace cord::engine::proxy
