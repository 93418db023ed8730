// Media policy: whether a session description crosses to the other kind, and what the breaker is asked then.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/proxy/call.hpp"
#include "engine/proxy/exchange.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

struct State;

/// What is to be done with a message's body before it goes on.
struct MediaStep {
    enum class Do {
        pass,    ///< Nothing.
        replace, ///< `text` takes its place: what was answered once stays the same.
        ask,     ///< `text` is the question to `breaker`.
        fail,    ///< It cannot cross; `text` says why.
    };
    Do what = Do::pass;
    std::string text;
    std::size_t breaker = 0;
};

/// For a request on its way to one branch; an INVITE that begins a call gets its Bridge here when it needs
/// one.
[[nodiscard]] MediaStep plan_request(State &s, const Exchange &e, const Branch &branch);

/// For a response of one branch on its way back.
[[nodiscard]] MediaStep plan_response(State &s, const Exchange &e, const Branch &branch,
                                      const wire::sip::Message &response);

/// The breaker's SDP as the receiver gets it: cut for a plain phone to what that can use, so that the message
/// fits a datagram whichever breaker made it.
[[nodiscard]] std::string fit(const std::string &sdp, MediaKind sender, MediaKind receiver);

/// The codecs of a description by name, for people: "PCMA, telephone-event".
[[nodiscard]] std::string codec_names(std::string_view sdp);

/// The body when it is a session description, else empty.
[[nodiscard]] std::string_view sdp_of(const wire::sip::Message &message);

/// What the request's sender speaks: inside a call as its leg, else as its description says, or else as its
/// transport suggests.
[[nodiscard]] MediaKind sender_kind(State &s, const Exchange &e);

/// Ends the breaker's part in one branch that came to nothing.
void release_branch(State &s, Call &call, CallBranch &branch);

} // namespace cord::engine::proxy
