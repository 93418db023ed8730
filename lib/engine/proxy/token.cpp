#include "engine/proxy/token.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/digest.hpp"

namespace cord::engine::proxy {
namespace {

constexpr std::size_t mac_bytes = 8;

template <class T>
bool read_hex(std::string_view text, T &out) {
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
    return error == std::errc() && end == text.data() + text.size();
}

} // namespace

std::string TokenKey::seal(const RouteToken &token) const {
    std::string head = fmt::format("{:x}-{:x}", token.call, token.branch);
    return head + "-" + mac(head);
}

std::optional<RouteToken> TokenKey::open(std::string_view text) const {
    std::size_t last = text.rfind('-');
    if (last == std::string_view::npos)
        return std::nullopt;
    std::string_view head = text.substr(0, last);
    if (!crypto::equal_constant_time(base::as_bytes(text.substr(last + 1)), base::as_bytes(mac(head))))
        return std::nullopt;
    auto [call, branch] = base::cut(head, '-');
    RouteToken token;
    if (!read_hex(call, token.call) || !read_hex(branch, token.branch))
        return std::nullopt;
    return token;
}

std::string TokenKey::mac(std::string_view head) const {
    auto digest = crypto::hmac(crypto::Hash::sha256, key_.view(), {base::as_bytes(head)});
    return base::to_hex(digest.view().first(mac_bytes));
}

} // namespace cord::engine::proxy
