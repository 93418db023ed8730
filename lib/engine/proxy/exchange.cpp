#include "engine/proxy/exchange.hpp"

#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {

Exchange::Exchange(wire::sip::Message r)
    : request(std::move(r)), uri(wire::sip::request_uri(request).value_or(wire::sip::Uri())),
      from(*wire::sip::from(request)), to(*wire::sip::to(request)), cseq(wire::sip::cseq(request)->number) {}

void Exchange::replace_request(wire::sip::Message r) {
    request = std::move(r);
    uri = wire::sip::request_uri(request).value_or(wire::sip::Uri());
    from = *wire::sip::from(request);
    to = *wire::sip::to(request);
}

} // namespace cord::engine::proxy
