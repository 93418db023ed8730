// What the control socket answers.
#pragma once

#include "breaker.hpp"
#include "io/rpc/methods.hpp"

namespace cord::tools::rtc_breaker {

/// `breaker` outlives the methods. `drain` begins the end as SIGTERM does.
void add_methods(io::rpc::Methods &methods, const Breaker &breaker, std::function<void()> drain);

} // namespace cord::tools::rtc_breaker
