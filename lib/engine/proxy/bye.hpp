// The one request inside a dialog that a proxy makes itself: the final BYE, when the other side is gone.
#pragma once

#include <string_view>

#include "engine/proxy/call.hpp"

namespace cord::engine::proxy {

struct State;

/// RFC 3326: why, as a status code of SIP and in words.
struct Reason {
    int cause = 0;
    std::string_view text;
};

/// A BYE to one side, in the name of the other: CSeq one higher than that one's last, and by `cseq_shift`
/// more where the receiver is numbered so (CallBranch::cseq_shift).
void send_bye(State &s, const Call &call, const DialogSide &from, const DialogSide &to,
              const transaction::Flow &flow, const Reason &reason, std::uint32_t cseq_shift = 0);

} // namespace cord::engine::proxy
