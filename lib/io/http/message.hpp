// One HTTP exchange as values, without a socket.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cord::io::http {

struct Request {
    std::string method;
    std::string target; ///< As in the request line: percent-encoded, with query.
    std::string if_none_match;
    std::string content_type = {};
    std::optional<std::string> origin = {}; ///< Of a page that a browser shows; other clients send none.
    std::string body = {};
};

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers; ///< Content-Length is the sender's to add.
    std::string body;
    bool head_only = false; ///< The body counts for Content-Length and is not sent (RFC 9110 section 9.3.2).
};

} // namespace cord::io::http
