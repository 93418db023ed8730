// The server's side of Digest (RFC 7616, RFC 8760): challenges whose nonces prove themselves, and the verdict
// on what comes back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "crypto/siphash.hpp"
#include "engine/digest/credentials.hpp"

namespace cord::engine::digest {

/// The hexadecimal digest of `user:realm:password`.
[[nodiscard]] std::string ha1(crypto::Hash hash, std::string_view user, std::string_view realm,
                              std::string_view password);

/// The response that a client with this HA1 would send (RFC 7616 section 3.4.1).
[[nodiscard]] std::string expected_response(const Credentials &c, std::string_view method,
                                            std::string_view ha1);

enum class Verdict {
    good,
    wrong,    ///< The response does not follow from the HA1: a wrong password.
    stale,    ///< Right but for its nonce, which is too old: challenge again with stale=true.
    replayed, ///< This nonce-count was used before.
};

/// A nonce is its time, some randomness and an HMAC of both under a key of this process: none is stored. What
/// is stored, bounded, are the counts seen of nonces in use.
class Authenticator {
  public:
    explicit Authenticator(base::Random &random);

    /// One header field value an algorithm, in the order given: RFC 8760 section 2.4 lets a client take the
    /// topmost it knows; of browser stacks some read only the first, and JsSIP only the last.
    [[nodiscard]] std::vector<std::string>
    challenges(std::string_view realm, std::span<const crypto::Hash> order, bool stale, base::Now now);

    /// `ha1` is of the credentials' algorithm.
    [[nodiscard]] Verdict verify(const Credentials &c, std::string_view method, std::string_view ha1,
                                 base::Now now);

    /// The number of nonces whose counts are kept.
    [[nodiscard]] std::size_t nonces_in_use() const { return used_.size(); }

    static constexpr auto nonce_lifetime = std::chrono::minutes(5);
    static constexpr std::size_t max_nonces_in_use = 100'000;

  private:
    /// RFC 7616 section 5.12 on nonce counts, with room for requests that overtake each other: the highest
    /// count seen, and which of the 64 up to it.
    struct Window {
        std::uint32_t highest = 0;
        std::uint64_t seen = 0;
    };

    using Nonce = std::pair<std::int64_t, std::string>; ///< When it was made, and itself.

    std::string make_nonce(base::Now now);
    /// When the nonce was made, in microseconds since 1970; nothing when it is not ours.
    [[nodiscard]] std::optional<std::int64_t> made_at(std::string_view nonce) const;
    /// Null for a nonce whose counts are not kept, or not any more.
    [[nodiscard]] Window *window_of(const Nonce &nonce);
    static bool is_first_use(const Credentials &c, Window &window);
    void forget_before(std::int64_t oldest);

    base::Random &random_;
    crypto::SipHash mac_;
    std::map<Nonce, Window> used_;
    std::int64_t forgotten_up_to_ = 0; ///< Nonces made until then and not in `used_` are stale.
};

} // namespace cord::engine::digest
