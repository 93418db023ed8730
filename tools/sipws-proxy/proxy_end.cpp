// How a Proxy comes to its end.
#include <utility>

#include "io/net/clock.hpp"
#include "proxy.hpp"

namespace cord::tools::sipws_proxy {

using io::net::now;
using namespace std::chrono_literals;

void Proxy::drain(std::function<void()> done) {
    core_->drain();
    wait_until([this] { return core_->is_quiet(); }, 200ms, now().mono + setup_.drain_for, std::move(done));
}

void Proxy::end(std::function<void()> done) {
    core_->end_calls(now());
    settle();
    auto drop_bindings = [this, done = std::move(done)] {
        core_->drop_connections(now());
        settle();
        done();
    };
    auto leave = [this, drop_bindings = std::move(drop_bindings)] {
        transports_.leave();
        wait_until([this] { return transports_.counts().connections == 0; }, 10ms, now().mono + 500ms,
                   drop_bindings);
    };
    wait_until([this] { return core_->is_quiet(); }, 10ms, now().mono + 500ms, std::move(leave));
}

/// Looks again after each step, until the end.
void Proxy::wait_until(std::function<bool()> condition, base::Duration step, base::Time end,
                       std::function<void()> then) {
    if (condition() || now().mono >= end)
        return then();
    drain_timer_.after(step,
                       [this, condition = std::move(condition), step, end, then = std::move(then)]() mutable {
                           wait_until(std::move(condition), step, end, std::move(then));
                       });
}

} // namespace cord::tools::sipws_proxy
