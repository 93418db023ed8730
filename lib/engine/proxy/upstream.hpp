// A registrar behind us that knows no WebSocket: clients register with it through us, by a Path (RFC 3327) or
// by a Contact of ours, and it authenticates them.
#pragma once

#include "engine/proxy/processor.hpp"
#include "wire/sip/edit.hpp"

namespace cord::engine::proxy {

/// Whether the URI belongs to a domain whose users the upstream server authenticates.
[[nodiscard]] bool is_upstream_domain(const State &s, const wire::sip::Uri &uri);
/// Whether a request comes from the upstream server: from an address that its name has led to.
[[nodiscard]] bool comes_from_upstream(const State &s, const transaction::Flow &flow);

/// Which requests go to the upstream server.
Next relay_upstream(State &s, Exchange &e);
/// What the upstream server sends to one of our clients.
Next locate_client(State &s, Exchange &e);

/// A REGISTER on its way: the upstream server learns that the client is reached by us.
void name_us_in_register(wire::sip::Edit &edit, const State &s, const Exchange &e, const Branch &branch);
/// Its 2xx: from now on the clients named in it are known, or not any more.
void note_upstream_registration(State &s, const Exchange &e, const wire::sip::Message &response);
/// The 2xx on its way back: clients see the Contacts that they wrote.
void restore_contacts(wire::sip::Edit &edit, const State &s);
/// A challenge on its way back, without what cannot hold where session descriptions are rewritten.
void take_auth_int(wire::sip::Edit &edit);

} // namespace cord::engine::proxy
