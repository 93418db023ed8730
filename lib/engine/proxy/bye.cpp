#include "engine/proxy/bye.hpp"

#include <fmt/format.h>

#include "engine/proxy/state.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {

using wire::sip::Builder;
using wire::sip::HeaderId;

void send_bye(State &s, const Call &call, const DialogSide &from, const DialogSide &to, const Flow &flow,
              const Reason &reason, std::uint32_t cseq_shift) {
    std::string key = std::string(wire::sip::magic_cookie) + s.random.token(24);
    auto bye = Builder::request("BYE", to.target);
    bye.add(HeaderId::via, s.identity.via(flow, key));
    for (const std::string &route : to.route)
        bye.add(HeaderId::route, route);
    bye.add(HeaderId::max_forwards, "70");
    bye.add(HeaderId::from, from.address);
    bye.add(HeaderId::to, to.address);
    bye.add(HeaderId::call_id, call.call_id);
    bye.add(HeaderId::cseq, fmt::format("{} BYE", from.cseq + cseq_shift + 1));
    bye.add(HeaderId::reason, fmt::format("SIP;cause={};text=\"{}\"", reason.cause, reason.text));
    s.unanswered_byes.insert(s.layer.send(flow, bye.finish(), key, "BYE", s.now.mono));
}

} // namespace cord::engine::proxy
