#include "engine/digest/authenticator.hpp"

#include <charconv>

#include <fmt/compile.h>

#include "base/text.hpp"

namespace cord::engine::digest {
namespace {

constexpr std::size_t time_digits = 16;
constexpr std::size_t random_digits = 8;
constexpr std::size_t seal_digits = 16;

} // namespace

std::string ha1(crypto::Hash hash, std::string_view user, std::string_view realm, std::string_view password) {
    return crypto::hex_digest(hash, {user, ":", realm, ":", password});
}

std::string expected_response(const Credentials &c, std::string_view method, std::string_view ha1) {
    // RFC 7616 section 3.4.3: A2 = Method ":" request-uri, with the bytes of the client's own uri parameter:
    // some phones write another one there than in the request line.
    std::string ha2 = crypto::hex_digest(c.algorithm, {method, ":", c.uri});
    if (!c.qop_auth)
        return crypto::hex_digest(c.algorithm, {ha1, ":", c.nonce, ":", ha2});
    return crypto::hex_digest(c.algorithm, {ha1, ":", c.nonce, ":", c.nc, ":", c.cnonce, ":auth:", ha2});
}

Authenticator::Authenticator(base::Random &random) : random_(random), mac_(random) {}

std::vector<std::string> Authenticator::challenges(std::string_view realm,
                                                   std::span<const crypto::Hash> order, bool stale,
                                                   base::Now now) {
    std::string nonce = make_nonce(now);
    std::vector<std::string> out;
    for (crypto::Hash hash : order)
        out.push_back(fmt::format(FMT_COMPILE(R"(Digest realm="{}", nonce="{}", qop="auth", algorithm={}{})"),
                                  realm, nonce, algorithm_name(hash), stale ? ", stale=true" : ""));
    return out;
}

Verdict Authenticator::verify(const Credentials &c, std::string_view method, std::string_view ha1,
                              base::Now now) {
    if (!crypto::equal_constant_time(base::as_bytes(expected_response(c, method, ha1)),
                                     base::as_bytes(base::lower(c.response))))
        return Verdict::wrong;
    std::int64_t clock = now.unix.time_since_epoch().count();
    std::int64_t lifetime = std::chrono::microseconds(nonce_lifetime).count();
    auto made = made_at(c.nonce);
    // RFC 7616 section 3.3: stale "SHOULD be set to true" when the nonce is invalid but the digest for it is
    // right.
    if (!made || *made < clock - lifetime)
        return Verdict::stale;
    forget_before(clock - lifetime);
    Window *window = window_of({*made, c.nonce});
    if (window == nullptr)
        return Verdict::stale;
    return is_first_use(c, *window) ? Verdict::good : Verdict::replayed;
}

Authenticator::Window *Authenticator::window_of(const Nonce &nonce) {
    if (auto known = used_.find(nonce); known != used_.end())
        return &known->second;
    if (nonce.first <= forgotten_up_to_)
        return nullptr;
    if (used_.size() >= max_nonces_in_use) {
        // The oldest makes room, unless that is this one.
        if (nonce < used_.begin()->first)
            return nullptr;
        forgotten_up_to_ = used_.begin()->first.first;
        used_.erase(used_.begin());
    }
    return &used_[nonce];
}

bool Authenticator::is_first_use(const Credentials &c, Window &window) {
    // Without qop there is no count: such a nonce is good once.
    std::uint32_t count = c.qop_auth ? c.nonce_count() : 1;
    if (count > window.highest) {
        std::uint32_t step = count - window.highest;
        window.seen = (step < 64 ? window.seen << step : 0) | 1;
        window.highest = count;
        return true;
    }
    std::uint32_t behind = window.highest - count;
    if (count == 0 || behind >= 64 || (window.seen >> behind & 1) != 0)
        return false;
    window.seen |= std::uint64_t{1} << behind;
    return true;
}

void Authenticator::forget_before(std::int64_t oldest) {
    while (!used_.empty() && used_.begin()->first.first < oldest)
        used_.erase(used_.begin());
}

std::string Authenticator::make_nonce(base::Now now) {
    // Randomness keeps two clients that are challenged in the same moment, or one client with two
    // transactions, from sharing a nonce and thereby its counts.
    std::string nonce =
        fmt::format(FMT_COMPILE("{:016x}{:08x}"), now.unix.time_since_epoch().count(), random_.u32());
    fmt::format_to(std::back_inserter(nonce), FMT_COMPILE("{:016x}"), mac_(nonce));
    return nonce;
}

std::optional<std::int64_t> Authenticator::made_at(std::string_view nonce) const {
    if (nonce.size() != time_digits + random_digits + seal_digits)
        return std::nullopt;
    std::string_view head = nonce.substr(0, time_digits + random_digits);
    std::uint64_t mac = 0;
    std::from_chars(nonce.data() + head.size(), nonce.data() + nonce.size(), mac, 16);
    if (mac != mac_(head))
        return std::nullopt;
    std::int64_t made = 0;
    std::from_chars(head.data(), head.data() + time_digits, made, 16);
    return made;
}

} // namespace cord::engine::digest
