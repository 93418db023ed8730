// The timers of RFC 3261 table 4 and RFC 6026, and the two deadlines every transaction runs on.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/time.hpp"

namespace cord::engine::transaction {

using base::Duration;
using base::Time;

inline constexpr Duration t1 = std::chrono::milliseconds(500); ///< Round-trip time estimate.
inline constexpr Duration t2 = std::chrono::seconds(4);        ///< Longest interval between retransmissions.
inline constexpr Duration t4 = std::chrono::seconds(5);        ///< How long a message stays in the network.

inline constexpr Duration timer_b = 64 * t1; ///< INVITE client gives up. F and H are the same for the others.
inline constexpr Duration timer_f = 64 * t1; ///< Non-INVITE client gives up.
inline constexpr Duration timer_h = 64 * t1; ///< INVITE server gives up waiting for the ACK.
inline constexpr Duration timer_d =
    std::chrono::seconds(32);                ///< "at least 32 seconds for unreliable transports"
inline constexpr Duration timer_i = t4;      ///< Waits for ACKs sent twice.
inline constexpr Duration timer_j = 64 * t1; ///< Waits for requests sent twice.
inline constexpr Duration timer_k = t4;      ///< Waits for responses sent twice.
inline constexpr Duration timer_l = 64 * t1; ///< RFC 6026: INVITE server, Accepted.
inline constexpr Duration timer_m = 64 * t1; ///< RFC 6026: INVITE client, Accepted.
/// RFC 3261 section 17.2.1: a 100 is due unless the TU answers "within 200 ms".
inline constexpr Duration trying_delay = std::chrono::milliseconds(200);
/// RFC 4320 section 4.1: the time "it takes a client transaction's Timer E to be reset to T2".
inline constexpr Duration late_trying_delay = 7 * t1;

/// What a transaction waits for: to send again (timers A, E, G), and to leave its state (all the others).
struct Deadlines {
    Time again = base::never;
    Time leave = base::never;
    Duration interval{};

    void start_again(Time now, Duration first) {
        interval = first;
        again = now + interval;
    }
    /// The next retransmission after twice the last interval, at most `cap`.
    void double_again(Time now, Duration cap = Duration::max()) {
        interval = std::min(2 * interval, cap);
        again = now + interval;
    }
    void stop_again() { again = base::never; }
    [[nodiscard]] Time next() const { return std::min(again, leave); }
};

} // namespace cord::engine::transaction
