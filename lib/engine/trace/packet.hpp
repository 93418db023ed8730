// What capture files hold, and what is found in them: the values that the layers hand to each other.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string_view>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "engine/trace/transport.hpp"

namespace cord::engine::trace {

/// When something was captured: nanoseconds since 1970.
using Stamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// One captured packet. `data` is a view of what the reader was shown.
struct Packet {
    Stamp at{};
    std::uint32_t link_type = 0; ///< LINKTYPE_…, as registered for pcap files.
    base::Bytes data;
    std::uint32_t length = 0; ///< On the wire; `data` is shorter when the capture cut it.
    bool lasting = false;     ///< `data` stays where it is as long as its file is open.
};

/// From one address and port to another.
struct Way {
    base::Endpoint src;
    base::Endpoint dst;
    auto operator<=>(const Way &) const = default;
};
struct WayHash {
    std::size_t operator()(const Way &w) const noexcept {
        return base::EndpointHash{}(w.src) * 31 + base::EndpointHash{}(w.dst);
    }
};

/// One SIP message as it travelled. `raw` is a view, see who hands it out.
struct SipRecord {
    Stamp at{};
    Transport transport = Transport::udp;
    base::Endpoint src;
    base::Endpoint dst;
    std::string_view raw;
    bool lasting = false; ///< `raw` stays where it is as long as its file is open.
};

/// Lines of a key log (SSLKEYLOGFILE) that a capture file holds.
struct Secrets {
    std::string_view lines;
};

/// The payload of a UDP packet that is not SIP: perhaps media.
struct Datagram {
    Stamp at{};
    base::Endpoint src;
    base::Endpoint dst;
    base::Bytes payload;
};

} // namespace cord::engine::trace
