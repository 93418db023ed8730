// What the WebSocket listeners answer to plain HTTP: the web phone's files, and /healthz. Reads files; holds
// no socket.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/http/message.hpp"

namespace cord::io::http {

/// One sentence as text, for people.
[[nodiscard]] Response plain(int status, std::string_view sentence);

/// The files below one folder. GET and HEAD alone; nothing outside the folder is ever read, by dots or by
/// links.
class Files {
  public:
    /// An empty root serves no files.
    explicit Files(std::string root) : root_(std::move(root)) {}
    [[nodiscard]] Response answer(const Request &request) const;

  private:
    [[nodiscard]] std::optional<std::string> locate(std::string_view target) const;
    [[nodiscard]] Response file(const std::string &path, const Request &request) const;

    std::string root_;
};

/// The path of a request target, decoded (RFC 3986 section 2.1): nullopt where an escape is broken or hides a
/// NUL.
[[nodiscard]] std::optional<std::string> decoded_path(std::string_view target);

} // namespace cord::io::http
