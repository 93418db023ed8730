// What the ng engine is told once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "engine/dtls/handshaker.hpp"
#include "engine/ng/call.hpp"
#include "engine/ng/spoken.hpp"

namespace cord::engine::ng {

/// An address for media.
struct Interface {
    std::string name; ///< logical; `direction` chooses by it
    base::IpAddress address;
    base::IpAddress advertised;      ///< what descriptions say instead
    std::optional<BoundPort> shared; ///< one port for all browsers
};

struct Config {
    std::vector<Interface> interfaces; ///< at least one
    dtls::Fingerprint fingerprint;
    std::size_t max_calls = 10'000;
    std::string record_dir;          ///< where recordings go; empty: nothing is recorded
    Spoken spoken = spoken_by_all(); ///< what the codec worker translates between
};

} // namespace cord::engine::ng
