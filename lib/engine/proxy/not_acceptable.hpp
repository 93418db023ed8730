// Why a session description does not come across, told so that people can mend it: the side that wrote it,
// and the line that stands in the way.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

/// A line of a session description, the first is 1. Keys are not in its text.
struct SdpLine {
    std::size_t number = 1;
    std::string text;
};

/// Where the description cannot be read; else its first m= line in use, else its first line.
[[nodiscard]] SdpLine obstacle(std::string_view sdp);

/// Whether media were in use, and none of them are any more in what is to be sent in its place.
[[nodiscard]] bool is_left_empty(std::string_view offered, std::string_view brought);

/// "the caller's SDP, line 5 (m=audio 4000 RTP/SAVP 8): no key that can be used": tells it by an event, and
/// gives it for a Warning.
std::string explain_refusal(State &s, const Exchange &e, bool callers, std::string_view sdp, int code,
                            std::string_view why);

/// The same event of an offer that the other side has refused with a 488 or 606.
void note_refused_offer(State &s, const Exchange &e, const Branch &b, const wire::sip::Message &response);

} // namespace cord::engine::proxy
