#include "http_listener.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "engine/ng/envelope.hpp"
#include "io/http/files.hpp"
#include "io/http/request.hpp"

namespace cord::tools::rtc_breaker {
namespace {

using io::http::Request;
using io::http::Response;

constexpr std::string_view ng_type = "application/x-rtpengine-ng";

/// A page of any site may send forms and plain text to whoever listens on this machine; these types it may
/// not, unless it is allowed to by an answer that is never given here.
bool is_of_type(const Request &request, std::initializer_list<std::string_view> types) {
    const std::string_view type = base::trim(base::cut(request.content_type, ';').first);
    return std::any_of(types.begin(), types.end(),
                       [&](std::string_view wanted) { return base::iequals(type, wanted); });
}

Response answer_ng(const Request &request, const OnMessage &on_message) {
    const auto opened = engine::ng::open(request.body);
    if (!opened)
        return io::http::plain(400, "The body is no ng message.");
    Response response{200, {{"Content-Type", std::string(ng_type)}}, {}};
    if (opened->cookie.empty() && opened->encoding == engine::ng::Encoding::json)
        response.headers.front().second = "application/json";
    // The breaker answers before it returns.
    on_message(request.body, {}, [&](std::string answer) { response.body = std::move(answer); });
    return response;
}

} // namespace

Response answer_http(const Request &request, const OnMessage &on_message) {
    const std::string_view path = io::http::origin_form(request.target);
    if (request.origin)
        return io::http::plain(403, "This is not for pages of a browser.");
    if (path == "/ping" && request.method == "GET")
        return {200, {{"Content-Type", "text/plain"}}, "pong\n"};
    if (path != "/ng" && path != "/ng-plain")
        return io::http::plain(404, "There is nothing here but /ng, /ng-plain and /ping.");
    if (request.method != "POST") {
        Response refused = io::http::plain(405, "Only POST is understood here.");
        refused.headers.emplace_back("Allow", "POST");
        return refused;
    }
    const bool good =
        path == "/ng" ? is_of_type(request, {ng_type}) : is_of_type(request, {ng_type, "application/json"});
    return good ? answer_ng(request, on_message)
                : io::http::plain(415, "The body is of another type than ng messages are.");
}

} // namespace cord::tools::rtc_breaker
