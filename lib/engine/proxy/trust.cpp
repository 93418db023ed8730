#include "engine/proxy/trust.hpp"

#include <algorithm>

#include "engine/proxy/state.hpp"

namespace cord::engine::proxy {

bool TrustedAddress::covers(const base::Endpoint &remote) const {
    if (ip.v6 != remote.ip.v6 || (port != 0 && port != remote.port))
        return false;
    for (unsigned bit = 0; bit < bits; ++bit) {
        const unsigned mask = 0x80U >> bit % 8;
        if (((ip.bytes[bit / 8] ^ remote.ip.bytes[bit / 8]) & mask) != 0)
            return false;
    }
    return true;
}

bool is_trusted(const State &s, const Exchange &e) {
    // Behind a reverse proxy the address of a WebSocket client is what a header says.
    return e.request.method() != wire::sip::Method::register_ &&
           !transaction::is_websocket(e.flow.transport) &&
           std::any_of(s.config.trusted.begin(), s.config.trusted.end(),
                       [&](const TrustedAddress &address) { return address.covers(e.flow.remote); });
}

} // namespace cord::engine::proxy
