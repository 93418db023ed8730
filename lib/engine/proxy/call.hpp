// What is remembered of a dialog-forming request: the two sides, where each is reached now, and the dialogs
// that came of it. Tokens in Record-Route lead here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "engine/proxy/bridge.hpp"
#include "engine/proxy/effect.hpp"
#include "engine/proxy/index.hpp"
#include "engine/transaction/flow.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

/// One side of a call.
struct Leg {
    std::string aor;        ///< "user@domain"; who may come back to this leg from another flow.
    std::string slot;       ///< The client, however it is connected: see locate::slot_of.
    transaction::Flow flow; ///< Where it is now.
    MediaKind kind = MediaKind::plain;
    std::optional<base::Time> lost{}; ///< Since when its connection is gone.
    Member member{};                  ///< Itself, as the indexes know it.
    std::string trunk{};              ///< Its name, where it is one.
};

/// What one side of a dialog last said, for the BYE that we may have to send in its name.
struct DialogSide {
    std::string tag;
    std::string address; ///< Its From or To value, with the tag.
    std::string target;  ///< Its Contact URI.
    std::uint32_t cseq = 0;
    std::vector<std::string> route; ///< Record-Routes of elements between it and us, from us outward.
    std::uint32_t ack_cseq = 0;
    std::string ack_sdp; ///< What stood in its last ACK as that went on: it stays the same in one sent again.
    bool hung_up = false; ///< Its BYE went on.
};

struct Dialog {
    DialogSide caller;
    DialogSide callee;
    bool confirmed = false;    ///< A 2xx came.
    bool ended = false;        ///< A BYE passed, either way.
    bool early_offer = false;  ///< A provisional response made the offer: the PRACK brings the answer.
    bool media_failed = false; ///< The breaker could not take the answer: both sides get a BYE after the ACK.

    [[nodiscard]] bool is_live() const { return confirmed && !ended; }
};

/// One branch of the fork, with the dialogs it made: several when it was forked again further down.
struct CallBranch {
    Leg callee;
    std::optional<BridgeSession> bridge; ///< Where media of this branch goes through the breaker.
    std::vector<Dialog> dialogs;
    std::uint32_t cseq_shift =
        0; ///< How much higher than the caller's our requests to the callee are numbered.

    [[nodiscard]] Dialog *dialog(std::string_view callee_tag);
    [[nodiscard]] bool has_live_dialog() const;
};

struct Call {
    std::uint64_t id = 0;
    std::string call_id;
    std::string from; ///< user@domain, for people.
    std::string to;
    bool invite = true; ///< Else a SUBSCRIBE or REFER outside of any call.
    Leg caller;
    std::string caller_tag;
    std::vector<CallBranch> branches;
    base::Time began{};
    bool ringing = false;
    std::optional<base::Time> answered;
    std::string codecs;
    std::uint64_t setup = 0;            ///< The exchange that opened it, until its final response; else 0.
    std::optional<std::size_t> breaker; ///< The one that its next branch uses.
    base::Time subscribed_until{};      ///< What its subscriptions were granted.
    base::Time idle_deadline = base::never; ///< When a call that nothing is heard of is given up.
    base::Time idle_alarm = base::never;    ///< When it is looked at next; not moved by every message.

    [[nodiscard]] bool has_live_dialog() const;
    [[nodiscard]] bool is_bridged() const;
};

/// What is left of a call that has ended, until its breaker has told how media fared.
struct CallEnd {
    std::string caller_tag;
    Event::Fields fields;
};

} // namespace cord::engine::proxy
