#include "io/rpc/http.hpp"

#include "base/text.hpp"
#include "io/http/files.hpp"
#include "io/http/request.hpp"
#include "io/rpc/xml_rpc.hpp"

namespace cord::io::rpc {
namespace {

http::Response answer_of(std::string_view type, std::string body) {
    return {200, {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}}, std::move(body)};
}

} // namespace

http::Response answer_http(const Methods &methods, const http::Request &request) {
    const std::string_view path = base::cut(http::origin_form(request.target), '?').first;
    // Kamailio's stock configuration takes both, and the second is what XML-RPC clients are used to.
    if (path != "/RPC" && path != "/RPC2")
        return http::plain(404, "There is nothing here but /RPC.");
    if (request.origin)
        return http::plain(403, "Pages in browsers are not answered.");
    if (request.method != "POST") {
        http::Response refused = http::plain(405, "A call is a POST.");
        refused.headers.emplace_back("Allow", "POST");
        return refused;
    }
    const std::string type = base::lower(base::trim(base::cut(request.content_type, ';').first));
    if (type == "text/xml" || type == "application/xml")
        return answer_of("text/xml; charset=utf-8", answer_xml(methods, request.body));
    if (type != "application/json" && type != "application/json-rpc")
        return http::plain(415, "Calls are application/json (JSON-RPC 2.0) or text/xml (XML-RPC).");
    std::string answer = methods.answer(request.body);
    return answer.empty() ? http::Response{204, {}, {}} : answer_of("application/json", std::move(answer));
}

} // namespace cord::io::rpc
