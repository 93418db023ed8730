// Where a request may be sent beyond our own domains because somebody else names the place.
#pragma once

#include <optional>

#include "engine/resolve/next_hops.hpp"
#include "wire/sip/uri.hpp"

namespace cord::engine::proxy {

struct State;

/// The place of a Route or a Contact, where the operator lets it lead (Config::next_hops). What he left open
/// the URI may say, but for the port.
[[nodiscard]] std::optional<resolve::Destination> allowed_hop(const State &s, const wire::sip::Uri &uri);

} // namespace cord::engine::proxy
