// What a Core is made of: the state, and how inputs and transactions are brought to the processors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/proxy/core.hpp"
#include "engine/proxy/state.hpp"
#include "wire/sip/message.hpp"
#include "wire/sip/validate.hpp"

namespace cord::engine::proxy {

struct Core::Parts : State {
    Parts(Config c, base::Random &r) : State(std::move(c), r) {}

    void on_request(const wire::sip::Message &request, const Flow &flow);
    void on_cancel(const wire::sip::Message &request, const transaction::Received &received);
    void run(Exchange &e);
    void resume(std::uint64_t exchange);
    void resume_woken(std::uint64_t exchange);
    void reject_malformed(const wire::sip::Message &request, const Flow &flow, const wire::sip::Fault &fault);
    void reject_statelessly(const wire::sip::Message &request, const Flow &flow, std::uint16_t code,
                            std::string_view reason, const Headers &headers = {});
    void expire_bindings();
    void ring(const Alarm &alarm);
    void settle();
    void handle(transaction::Output &output);
    void end_transaction(transaction::Id id);
    void forget_if_over(std::uint64_t exchange);
    template <class Take>
    void answer(Token token, Take take);
    [[nodiscard]] std::optional<Question> answered(Token token);
};

} // namespace cord::engine::proxy
