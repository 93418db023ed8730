#include "engine/proxy/processor.hpp"
#include "wire/sip/builder.hpp"

namespace cord::engine::proxy {

Next reply(State &s, Exchange &e, std::uint16_t code, std::string_view reason, Headers headers) {
    e.state = Exchange::State::answered;
    auto response = wire::sip::make_response(e.request, code, reason, s.random.token(10));
    response.add(wire::sip::HeaderId::server, s.config.server);
    for (const auto &[name, value] : headers)
        response.add(name, value);
    s.respond(e, code, response.finish());
    return Next::done;
}

} // namespace cord::engine::proxy
