// A registrar behind us that knows no WebSocket: clients register with it through us, by a Path (RFC 3327) or
// by a Contact of ours, and it authenticates them.
#pragma once

#include "engine/proxy/processor.hpp"

namespace cord::engine::proxy {

/// Whether the URI belongs to a domain whose users the upstream server authenticates.
[[nodiscard]] bool is_upstream_domain(const State &s, const wire::sip::Uri &uri);
/// Whether a request comes from the upstream server: from an address that its name has led to.
[[nodiscard]] bool comes_from_upstream(const State &s, const transaction::Flow &flow);
/// How clients are made known to it; also of what is on its way when a reload takes it away.
[[nodiscard]] bool clients_have_our_contact(const State &s);

/// Which requests go to the upstream server.
Next relay_upstream(State &s, Exchange &e);
/// What the upstream server sends to one of our clients.
Next locate_client(State &s, Exchange &e);

} // namespace cord::engine::proxy
