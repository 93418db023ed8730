#include "engine/proxy/accounting.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/refusal.hpp"
#include "wire/sip/builder.hpp"

namespace cord::engine::proxy {

Next reply(State &s, Exchange &e, std::uint16_t code, std::string_view reason, Headers headers) {
    e.state = Exchange::State::answered;
    const std::string tag = s.random.token(10);
    auto response = wire::sip::make_response(e.request, code, reason, tag);
    response.add(wire::sip::HeaderId::server, s.config.server);
    for (const auto &[name, value] : headers)
        response.add(name, value);
    s.count("replies");
    s.respond(e, code, response.finish());
    account(s, e, code, reason, tag);
    note_refusal(s, e, code, reason);
    return Next::done;
}

} // namespace cord::engine::proxy
