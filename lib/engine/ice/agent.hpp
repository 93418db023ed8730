// An ICE-lite agent (RFC 8445 section 2.5): it has host candidates alone, sends no checks, and answers those
// of a full agent, which is always the controlling one. One agent a component of a data stream, or of a
// bundle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "wire/stun/message.hpp"

namespace cord::engine::ice {

struct Credentials {
    std::string ufrag;
    std::string password;

    bool operator==(const Credentials &) const = default;
};

/// Where the two ends of a path are: our local candidate by its place in the list of addresses, and the
/// peer's address as packets show it.
struct Path {
    std::uint32_t local = 0;
    base::Endpoint remote;

    bool operator==(const Path &) const = default;
};

/// What became of a datagram that was STUN.
struct Outcome {
    enum class Verdict : std::uint8_t {
        answered,       ///< a good check; `response` goes back
        refused,        ///< `response` is an error
        wrong_password, ///< known fragment, integrity does not hold: dropped
        unknown_user,   ///< not for this agent: dropped
        ignored,        ///< an indication, a response, not a binding, or a wrong FINGERPRINT: dropped
    };
    Verdict verdict = Verdict::ignored;
    std::vector<std::uint8_t> response;
};

/// RFC 7675 section 5.1: consent ends 30 seconds after the last authenticated check.
inline constexpr base::Duration consent_lifetime = std::chrono::seconds(30);

class Agent {
  public:
    explicit Agent(Credentials local) : local_(std::move(local)) {}

    /// The peer's fragment, once its description is known. Checks that come before are answered all the same:
    /// the request proves that the peer has ours.
    void set_remote_ufrag(std::string ufrag) { remote_ufrag_ = std::move(ufrag); }

    /// New credentials (RFC 8445 section 9). Media goes on by the old path until a new one is nominated.
    void restart(Credentials local);

    [[nodiscard]] Outcome receive(base::Bytes datagram, const Path &path, base::Time now);

    [[nodiscard]] const Credentials &local() const { return local_; }
    /// Whether a check has come by this path, so that packets from there are the peer's.
    [[nodiscard]] bool is_valid(const Path &path) const;
    /// The nominated path; before a nomination, the first valid one (RFC 8445 section 12.1.1 lets data flow
    /// on it).
    [[nodiscard]] std::optional<Path> selected() const;
    /// When consent ends unless another check comes; `never` while there was none.
    [[nodiscard]] base::Time deadline() const { return consent_until_; }

  private:
    struct Valid {
        Path path;
        std::uint32_t priority = 0;
        base::Time seen{};
        std::uint64_t nominated = 0; // number of the last check that nominated this path, 0 for none
    };

    [[nodiscard]] bool is_for_us(std::string_view username) const;
    [[nodiscard]] Outcome refuse(const wire::stun::Message &request, int code, std::string_view reason) const;
    Valid &learn(const Path &path);
    void nominate(Valid &valid);
    [[nodiscard]] Valid *selected_entry();

    Credentials local_;
    std::string remote_ufrag_;
    std::vector<Valid> valid_;
    std::optional<Path> selected_;
    std::uint64_t nominations_ = 0;
    base::Time consent_until_ = base::never;
};

/// Answers a binding request that carries no credentials, as a STUN server would (RFC 8489 section 12).
[[nodiscard]] std::optional<std::vector<std::uint8_t>> answer_stranger(base::Bytes datagram,
                                                                       const base::Endpoint &from);

/// The fragment of ours that a check is for, by which agents that share a port are told apart; empty when
/// there is none.
[[nodiscard]] std::string_view local_ufrag_of(base::Bytes datagram);

} // namespace cord::engine::ice
