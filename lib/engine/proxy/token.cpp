#include "engine/proxy/token.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::engine::proxy {
namespace {

template <class T>
bool read_hex(std::string_view text, T &out) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
    return error == std::errc() && end == text.data() + text.size();
}

} // namespace

std::string TokenKey::seal(const RouteToken &token) const {
    std::string text = fmt::format("{:x}-{:x}", token.call, token.branch);
    fmt::format_to(std::back_inserter(text), "-{:016x}", mac_(text));
    return text;
}

std::string TokenKey::seal_client(std::string_view slot) const {
    std::string text = fmt::format("c{:016x}", mac_(slot));
    fmt::format_to(std::back_inserter(text), "-{:016x}", mac_(text));
    return text;
}

bool TokenKey::is_client(std::string_view text) const {
    auto [head, proof] = base::cut(text, '-');
    std::uint64_t mac = 0;
    return head.starts_with('c') && read_hex(proof, mac) && mac == mac_(head);
}

std::optional<RouteToken> TokenKey::open(std::string_view text) const {
    std::size_t last = text.rfind('-');
    if (last == std::string_view::npos)
        return std::nullopt;
    std::string_view head = text.substr(0, last);
    std::uint64_t mac = 0;
    if (!read_hex(text.substr(last + 1), mac) || mac != mac_(head))
        return std::nullopt;
    auto [call, branch] = base::cut(head, '-');
    RouteToken token;
    if (!read_hex(call, token.call) || !read_hex(branch, token.branch))
        return std::nullopt;
    return token;
}

} // namespace cord::engine::proxy
