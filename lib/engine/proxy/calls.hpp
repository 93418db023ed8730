// The life of calls: opened by an INVITE, told about by responses, moved when a client comes back on another
// connection, ended by a BYE or, when a side is gone for good, by one of ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/proxy/bye.hpp"
#include "engine/proxy/call.hpp"
#include "engine/proxy/exchange.hpp"

namespace cord::engine::proxy {

struct State;

void open_call(State &s, Exchange &e);
/// Takes up a call that another process had before. False for one that cannot go on here, as when its
/// listener is gone.
[[nodiscard]] bool adopt_call(State &s, Call call);
[[nodiscard]] std::uint32_t add_call_branch(State &s, Call &call, const Target &target);

/// What a response with a To tag tells of the dialog that it makes. False for one dialog too many.
[[nodiscard]] bool note_dialog(State &s, const Exchange &e, const Branch &b,
                               const wire::sip::Message &response);
/// RFC 6665: for how long a SUBSCRIBE was granted, by its 2xx, or a NOTIFY says that it goes on.
void note_subscription(State &s, Call &call, const wire::sip::Message &message);
void note_ringing(State &s, const Exchange &e, const wire::sip::Message &response);
void note_answer(State &s, const Exchange &e, const Branch &b, const wire::sip::Message &response);
/// The callee's answer could not cross: both sides will get a BYE once the ACK has passed.
void note_media_failure(State &s, const Exchange &e, const Branch &b, const wire::sip::Message &response);
/// The INVITE has its final response. Without a 2xx the call is over.
void note_setup_ended(State &s, const Exchange &e, int code);
/// A BYE got its final response.
void note_bye(State &s, const Exchange &e, int code);

/// The leg's client speaks from this flow now.
void move_leg(State &s, Call &call, Leg &leg, const transaction::Flow &flow);
/// The leg is that of another binding now, before anything was said on it.
void turn_leg(State &s, Call &call, Leg &leg, const Target &target);
/// Every leg of a client that has registered again: it is reached by the way of its REGISTER, but where its
/// dialogs say.
void move_legs(State &s, const locate::Binding &client);
/// A connection died: its legs are lost, for the grace time at first.
void lose_legs(State &s, const transaction::Flow &flow);
void on_grace_over(State &s, std::uint64_t call);
void on_idle(State &s, std::uint64_t call);

/// Sends a BYE to one or both sides of every dialog that lives, with a Reason, and forgets the call: at once,
/// or with the final response of the request that opened it, whose branches are cancelled.
enum class Sides { caller, callee, both };
void hang_up(State &s, Call &call, Sides sides, const Reason &reason);
/// Ends a dialog; the call with its last one.
void end_dialog(State &s, Call &call, Dialog &dialog, std::string_view by);

} // namespace cord::engine::proxy
