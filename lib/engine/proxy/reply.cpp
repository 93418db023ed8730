#include "engine/proxy/accounting.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/refusal.hpp"
#include "wire/sip/builder.hpp"

namespace cord::engine::proxy {

Next reply(State &s, Exchange &e, std::uint16_t code, std::string_view reason, Headers headers) {
    e.state = Exchange::State::answered;
    // RFC 3261 section 8.2.7: "If unauthenticated requests were handled statefully, then malicious floods of
    // unauthenticated requests could create massive amounts of transaction state". The ACK of an INVITE's
    // answer could not be told from one of a call.
    const bool stateless = (code == 401 || code == 407) && !e.is_invite();
    const std::string tag = stateless ? s.stateless_tag(e.request) : s.random.token(10);
    auto response = wire::sip::make_response(e.request, code, reason, tag);
    response.add(wire::sip::HeaderId::server, s.config.server);
    for (const auto &[name, value] : headers)
        response.add(name, value);
    s.count("replies");
    if (stateless)
        s.respond_statelessly(e, response.finish());
    else
        s.respond(e, code, response.finish());
    account(s, e, code, reason, tag);
    note_refusal(s, e, code, reason);
    return Next::done;
}

} // namespace cord::engine::proxy
