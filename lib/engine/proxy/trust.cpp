#include "engine/proxy/trust.hpp"

#include <algorithm>

#include "engine/proxy/state.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::Method;

/// Null for who has proved to be nobody.
const wire::sip::Identities *client_of(const State &s, const Flow &flow) {
    auto found = flow.connection == 0 ? s.proved.end() : s.proved.find(flow.connection);
    return found == s.proved.end() ? nullptr : &found->second;
}

} // namespace

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
    return e.request.method() != Method::register_ && !transaction::is_websocket(e.flow.transport) &&
           std::any_of(s.config.trusted.begin(), s.config.trusted.end(),
                       [&](const TrustedAddress &address) { return address.covers(e.flow.remote); });
}

bool is_certified(const State &s, const Exchange &e, std::string_view aor) {
    const auto *client = client_of(s, e.flow);
    return client != nullptr && client->name_user(aor);
}

bool is_vouched_for(const State &s, const Exchange &e) {
    const auto *client = client_of(s, e.flow);
    return client != nullptr && e.request.method() != Method::register_ &&
           client->name_domain(e.from.uri.host);
}

} // namespace cord::engine::proxy
