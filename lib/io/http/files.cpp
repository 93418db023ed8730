#include "io/http/files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/http/request.hpp"

namespace cord::io::http {

namespace {

constexpr std::pair<std::string_view, std::string_view> types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/vnd.microsoft.icon"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
    {".map", "application/json"},
    {".woff2", "font/woff2"},
};

std::string_view type_of(std::string_view path) {
    for (const auto &[ending, type] : types)
        if (path.ends_with(ending))
            return type;
    return "application/octet-stream";
}

/// If-None-Match is a list of entity tags or `*` (RFC 9110 section 13.1.2); weak ones match too.
bool names(std::string_view list, std::string_view tag) {
    bool found = false;
    base::split(list, ',', [&](std::string_view one) {
        one = base::trim(one);
        if (one.starts_with("W/"))
            one.remove_prefix(2);
        found |= one == tag || one == "*";
    });
    return found;
}

} // namespace

Response plain(int status, std::string_view sentence) {
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, fmt::format("{}\n", sentence)};
}

std::optional<std::string> decoded_path(std::string_view target) {
    const std::string_view path = base::cut(base::cut(target, '#').first, '?').first;
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '%') {
            out += path[i];
            continue;
        }
        auto byte = i + 2 < path.size() ? base::from_hex(path.substr(i + 1, 2)) : std::nullopt;
        if (!byte || byte->front() == '\0')
            return std::nullopt;
        out += *byte;
        i += 2;
    }
    return out;
}

std::optional<std::string> Files::locate(std::string_view target) const {
    namespace fs = std::filesystem;
    const auto path = decoded_path(target);
    if (root_.empty() || !path || path->empty() || path->front() != '/')
        return std::nullopt;
    std::error_code failed;
    const fs::path root = fs::canonical(root_, failed);
    if (failed)
        return std::nullopt;
    fs::path found = fs::canonical(fs::path(root_ + *path), failed);
    if (!failed && fs::is_directory(found, failed))
        found = fs::canonical(found / "index.html", failed);
    if (failed || !fs::is_regular_file(found, failed))
        return std::nullopt;
    // Compared after links and dots are gone, folder by folder.
    const bool inside =
        std::mismatch(root.begin(), root.end(), found.begin(), found.end()).first == root.end();
    return inside ? std::optional(found.string()) : std::nullopt;
}

Response Files::file(const std::string &path, const Request &request) const {
    struct stat status {};
    std::ifstream in(path, std::ios::binary);
    if (stat(path.c_str(), &status) != 0 || !in)
        return plain(404, "There is nothing here.");
    const std::string tag = fmt::format("\"{:x}-{:x}\"", status.st_size,
                                        status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec);
    Response response{200,
                      {{"Content-Type", std::string(type_of(path))},
                       {"ETag", tag},
                       {"Cache-Control", "no-cache"},
                       {"X-Content-Type-Options", "nosniff"},
                       {"Referrer-Policy", "no-referrer"}},
                      {}};
    if (names(request.if_none_match, tag)) {
        response.status = 304;
        return response;
    }
    response.body.assign(std::istreambuf_iterator<char>(in), {});
    return response;
}

Response Files::answer(const Request &request) const {
    const bool head = request.method == "HEAD";
    if (!head && request.method != "GET") {
        Response refused = plain(405, "Only GET and HEAD are understood here.");
        refused.headers.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    // RFC 9112 section 3.2.2: "a server MUST accept the absolute-form in requests".
    const std::string_view target = origin_form(request.target);
    Response response;
    if (base::cut(target, '?').first == "/healthz")
        response = plain(200, "ok");
    else if (auto path = locate(target))
        response = file(*path, request);
    else
        response =
            plain(404, root_.empty() ? "No web phone is served here; this port speaks SIP over WebSocket."
                                     : "There is nothing here.");
    response.head_only = head;
    return response;
}

} // namespace cord::io::http
