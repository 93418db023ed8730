// A REGISTER on its way through us to the upstream server and back: each side sees the Contacts that it
// wrote.
#pragma once

#include "engine/proxy/processor.hpp"
#include "wire/sip/edit.hpp"

namespace cord::engine::proxy {

/// Refuses a REGISTER of more clients than we may know, of its user or in all.
Next bound_upstream_clients(State &s, Exchange &e);
/// On its way: the upstream server learns that the client is reached by us.
void name_us_in_register(wire::sip::Edit &edit, const State &s, const Exchange &e, const Branch &branch);
/// Its 2xx: from now on the clients named in it are known, or not any more.
void note_upstream_registration(State &s, const Exchange &e, const wire::sip::Message &response);
/// The 2xx on its way back.
void restore_contacts(wire::sip::Edit &edit, const State &s);

} // namespace cord::engine::proxy
