// The proxy and registrar as one machine without sockets: messages, answers and deadlines go in, effects come
// out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/proxy/config.hpp"
#include "engine/proxy/effect.hpp"
#include "engine/proxy/next_hop.hpp"
#include "wire/sip/framer.hpp"
#include "wire/sip/identities.hpp"

namespace cord::engine::proxy {

/// What the database knows of a user: hexadecimal digests of `user:realm:password`, empty where not known.
struct UserAnswer {
    enum class Status { found, unknown, unavailable };
    Status status = Status::unknown;
    std::string ha1_md5;
    std::string ha1_md5_at; ///< MD5 of `user@realm:realm:password`, for clients that write their name so.
    std::string ha1_sha256;
    std::string ha1_sha512_256;
};

/// What is known of one side of a call.
struct CallSide {
    std::string tag;
    std::string contact;
    std::uint32_t cseq = 0;
    std::vector<std::string> route;
    Flow flow;
};

/// A call as `sipctl calls` shows it, and more for other tools.
struct CallInfo {
    std::string id; ///< `number` in hexadecimal.
    std::string call_id;
    std::string from; ///< user@domain
    std::string to;
    std::string state;         ///< "trying", "ringing", "answered"
    std::int64_t duration = 0; ///< Seconds since the answer.
    bool bridged = false;
    std::string codecs;
    std::uint64_t number = 0;
    std::int64_t age = 0; ///< Seconds since the INVITE.
    CallSide caller, callee;
};

/// A trunk as `sipctl trunk list` shows it.
struct TrunkInfo {
    std::string name;
    std::optional<bool> up; ///< Nothing while that is not known.
    struct Registration {
        bool well = false;         ///< It stands.
        std::uint32_t expires = 0; ///< What was asked for last, in seconds.
        base::Time due{};          ///< When it is asked for again.
    };
    std::optional<Registration> registration; ///< Ours with it; nothing where none is wanted.
};

/// A monotonic count or a level, by name.
struct Statistic {
    enum class Kind { count, level };
    std::string name;
    std::uint64_t value = 0;
    Kind kind = Kind::count;
};

/// After each input: act on all of `take_effects()`, then arrange `on_timer` at `next_deadline()`. Tokens of
/// answers that come twice or too late are ignored.
class Core {
  public:
    Core(Config config, base::Random &random);
    ~Core();
    Core(Core &&) noexcept;
    Core &operator=(Core &&) noexcept;

    /// One whole message as the framer cut it: a datagram, a WebSocket message, a message of a stream.
    void on_message(const Flow &flow, base::Bytes message, base::Now now);
    /// A stream that cannot be cut any further: a request is answered as far as it was read, and the
    /// connection is to be closed behind the answer.
    void on_broken(const Flow &flow, const wire::sip::FrameError &error, base::Now now);
    /// A connection ended, whoever ended it.
    void on_flow_closed(const Flow &flow, base::Now now);
    /// The client of a connection has proved by its certificate to be one of these (RFC 5922): told before
    /// its first message.
    void on_proved(const Flow &flow, wire::sip::Identities who);
    void on_send_failed(transaction::Id id, base::Now now);
    /// A Send without a connection went out on this one: when that ends, nobody answers.
    void on_sent(transaction::Id id, const Flow &flow);
    void on_stored(Token token, bool ok, base::Now now);
    void on_user(Token token, const UserAnswer &answer, base::Now now);
    /// The addresses to try in their order; none when there is no such place.
    void on_resolved(Token token, std::vector<NextHop> hops, base::Now now);
    /// The reply's dictionary without cookie; nullopt when none came in time or the breaker cannot be
    /// reached.
    void on_breaker(Token token, std::optional<std::string_view> reply, base::Now now);
    void on_timer(base::Now now);

    [[nodiscard]] base::Time next_deadline() const;
    [[nodiscard]] std::vector<Effect> take_effects();

    /// Rows read from the database at start.
    void load(std::vector<locate::Binding> bindings, base::Now now);
    /// Breakers that answer pings; those not `up` get no new call.
    void set_breaker(std::size_t breaker, bool up);
    /// Whether events tell why requests are refused, from now on.
    void explain(bool wanted);
    /// New calls are refused with 503 from now on; established calls go on.
    void drain();
    /// Takes up calls of an earlier process by the records of its Keep effects, before anything else comes
    /// in; tells how many go on.
    std::size_t restore(std::string_view records, base::Now now);
    /// The records that the Keep effects so far come to, shorter.
    [[nodiscard]] std::string kept() const;
    /// Hangs up the calls that stand, but for those that are kept.
    void end_calls(base::Now now);
    /// No call stands but those that are kept, and of those that we hung up all is known.
    [[nodiscard]] bool is_quiet() const;
    /// This process takes its connections along: bindings go whose clients only these reach.
    void drop_connections(base::Now now);
    /// This configuration from now on, with the same listeners, though what they demand may differ.
    void reconfigure(Config config);

    [[nodiscard]] std::vector<locate::Binding> contacts(std::string_view user, std::string_view domain,
                                                        base::Now now) const;
    [[nodiscard]] std::vector<locate::Binding> contacts(base::Now now) const;
    [[nodiscard]] std::vector<CallInfo> calls(base::Now now) const;
    [[nodiscard]] std::vector<TrunkInfo> trunks() const;
    [[nodiscard]] std::vector<Statistic> statistics() const;
    /// Removes bindings of a user, one or all (empty contact), and tells how many.
    std::size_t kick(std::string_view user, std::string_view domain, std::string_view contact, base::Now now);
    /// Adds a binding that an operator wants, or replaces the one with its ruid.
    void add(locate::Binding binding, base::Now now);
    /// Ends the call of this number with a BYE to both sides; false when there is none.
    bool hang_up(std::uint64_t number, base::Now now);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::engine::proxy
