// Requests and responses inside a call: which leg sent them, which gets them, and what is learned from them.
#pragma once

#include <optional>
#include <string_view>

#include "engine/proxy/call.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/token.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::proxy {

/// Finds the call of a request with a To tag by the token in its Route, and whether its flow is that of the
/// leg it speaks for. One that belongs to no call of ours is answered 481.
Next enter_dialog(State &s, Exchange &e, const std::optional<RouteToken> &token);

/// Whether a request came on the leg's flow, or was proved to come from the leg's user. The leg then moves to
/// that flow, and what the request says of its sender is kept.
bool may_speak_for_leg(State &s, Exchange &e);

/// The call, branch and leg that a request inside a dialog is sent to.
struct Place {
    Call *call = nullptr;
    CallBranch *branch = nullptr;
    Dialog *dialog = nullptr;
    bool from_caller = true;

    [[nodiscard]] Leg &sender() const { return from_caller ? call->caller : branch->callee; }
    [[nodiscard]] Leg &receiver() const { return from_caller ? branch->callee : call->caller; }
    [[nodiscard]] DialogSide &sending_side() const { return from_caller ? dialog->caller : dialog->callee; }
};
[[nodiscard]] std::optional<Place> place_of(State &s, const Exchange &e);

/// Where the way to a side begins: at its first route, else at its target.
[[nodiscard]] std::string_view first_uri(const DialogSide &side);

/// The dialog that a response with a To tag makes or continues; made when it is new, unless there are too
/// many.
[[nodiscard]] Dialog *dialog_of_response(State &s, CallBranch &branch, const Exchange &e,
                                         const wire::sip::Message &response);

} // namespace cord::engine::proxy
