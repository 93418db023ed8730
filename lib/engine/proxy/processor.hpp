// The chain that each new request walks: one small processor a file, composed by core.cpp.
#pragma once

#include "engine/proxy/exchange.hpp"
#include "engine/proxy/state.hpp"

namespace cord::engine::proxy {

enum class Next {
    go_on, ///< The next processor's turn.
    wait,  ///< A question was asked; this processor runs again when the answer is there.
    done,  ///< The request was answered, dropped or forwarded.
};

using Processor = Next (*)(State &, Exchange &);

/// The name of the processor at this place of the chain, for those who ask which one decided.
[[nodiscard]] std::string_view rule_at(std::size_t step);

/// RFC 3261 section 16.3, "Request Validation".
Next validate(State &, Exchange &);
/// RFC 3261 section 16.4, "Route Information Preprocessing": our own Routes are taken off, and their token
/// finds the call.
Next preprocess_route(State &, Exchange &);
/// What of RFC 3261 sections 16.3 and 8.2.2.3 depends on whether the request ends here: its Route may lead
/// on.
Next check_end(State &, Exchange &);
/// RFC 3261 section 22: who the sender is.
Next authenticate(State &, Exchange &);
/// Whom we relay for, and whereto.
Next check_relay(State &, Exchange &);
/// An INFO whose wish goes into RTP, where the other side takes it there, is answered here and goes no
/// further.
Next absorb_info(State &, Exchange &);
/// REGISTER and OPTIONS for ourselves.
Next serve(State &, Exchange &);
/// The caller's speed dials and the aliases: the name that was dialled becomes the one that is meant.
Next translate(State &, Exchange &);
/// RFC 3261 section 16.5, "Determining Request Targets".
Next locate_targets(State &, Exchange &);
/// RFC 3261 section 16.6, "Request Forwarding".
Next forward(State &, Exchange &);

/// Answers the request and ends its way.
Next reply(State &, Exchange &, std::uint16_t code, std::string_view reason = {}, Headers headers = {});

} // namespace cord::engine::proxy
