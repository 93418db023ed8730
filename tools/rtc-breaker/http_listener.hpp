// ng commands by HTTP, as rtpengine takes them.
#pragma once

#include "io/http/message.hpp"
#include "listeners.hpp"

namespace cord::tools::rtc_breaker {

/// `POST /ng` with a cookie before the dictionary, `POST /ng-plain` without one, `GET /ping`. Pages that a
/// browser shows are refused: ng knows no authentication.
[[nodiscard]] io::http::Response answer_http(const io::http::Request &request, const OnMessage &on_message);

} // namespace cord::tools::rtc_breaker
