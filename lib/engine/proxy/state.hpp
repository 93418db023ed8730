// What the processors share: tables, questions asked, and effects collected. Rules live in the processors.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "crypto/siphash.hpp"
#include "engine/digest/authenticator.hpp"
#include "engine/locate/table.hpp"
#include "engine/proxy/call.hpp"
#include "engine/proxy/config.hpp"
#include "engine/proxy/effect.hpp"
#include "engine/proxy/errands.hpp"
#include "engine/proxy/exchange.hpp"
#include "engine/proxy/identity.hpp"
#include "engine/proxy/token.hpp"
#include "engine/proxy/upstream_clients.hpp"
#include "engine/registrar/registrar.hpp"
#include "engine/transaction/layer.hpp"
#include "wire/sip/identities.hpp"

namespace cord::engine::proxy {

/// Header fields for an answer of our own, names with values.
using Headers = std::vector<std::pair<std::string_view, std::string>>;

/// What an answer from outside is about.
struct Question {
    enum class Kind { user, store, next_hops, request_media, response_media, last_numbers, errand, info };
    Kind kind;
    std::uint64_t exchange = 0; ///< Of `last_numbers`, the call; of `errand`, that.
    std::size_t branch = 0;
};

/// Something to look at when its time comes; whether it still holds is seen then.
struct Alarm {
    enum class Kind { ringing, grace, idle, wake, errand };
    Kind kind;
    std::uint64_t id = 0; ///< Of the exchange, the call or the errand.
    std::size_t branch = 0;

    bool operator==(const Alarm &) const = default;
};

struct State {
    State(Config c, base::Random &r);
    State(const State &) = delete;
    State &operator=(const State &) = delete;

    Config config;
    base::Random &random;
    Identity identity;
    TokenKey token_key;
    crypto::SipHash loop_hash; ///< Of what a Via's branch says of its request.
    crypto::SipHash tag_hash;  ///< So that nobody else knows the tags of stateless answers.
    digest::Authenticator authenticator;
    locate::Table table;
    registrar::Registrar registrar;
    transaction::Layer layer;
    DeadHops dead_hops;
    Errands errands;
    UpstreamClients upstream_clients;
    /// Where a name of the upstream server was last found.
    struct {
        resolve::Destination place;
        std::vector<NextHop> hops;
    } upstream_found;
    bool draining = false;

    std::unordered_map<std::uint64_t, Exchange> exchanges;
    std::unordered_map<transaction::Id, std::uint64_t> by_server;
    std::unordered_map<transaction::Id, std::pair<std::uint64_t, std::size_t>> by_client;
    std::map<std::uint64_t, Call> calls;
    std::set<transaction::Id> unanswered_byes; ///< Of our own.
    std::set<std::uint64_t> changed_calls;     ///< Since the last Keep; none where none are kept.
    std::set<std::uint64_t> kept_calls;
    std::map<std::uint64_t, CallEnd> ended_calls; ///< Those whose breaker has not yet told of their media.
    Index<std::string> legs_by_slot;
    Index<std::uint64_t> legs_by_connection;
    Index<std::string> sleepers; ///< Exchanges that wait for somebody to wake, by address of record.
    Index<std::uint64_t> exchanges_by_connection; ///< INVITEs by the caller's, branches by the callee's.
    /// Whom the client of a connection has proved to be by its certificate.
    std::map<std::uint64_t, wire::sip::Identities> proved;
    std::unordered_map<Token, Question> questions;
    std::multimap<base::Time, Alarm> alarms;
    std::vector<bool> breaker_up;
    std::size_t next_breaker = 0;

    std::vector<Effect> effects;
    std::map<std::string, std::uint64_t, std::less<>> counts{
        // all of them, so that each can be asked for from the start
        {"auth_failures", 0},   {"bindings_expired", 0},  {"calls", 0},
        {"challenges", 0},      {"failovers", 0},         {"malformed", 0},
        {"overload", 0},        {"register_failures", 0}, {"registrations", 0},
        {"replies", 0},         {"requests", 0},          {"requests_forwarded", 0},
        {"responses", 0},       {"responses_dropped", 0}, {"responses_forwarded", 0},
        {"stray_responses", 0}, {"unreadable", 0}};
    base::Now now; ///< Of the input at work.
    std::uint64_t last_id = 0;

    std::uint64_t new_id() { return ++last_id; }
    /// One that `counts` has; without making a string of its name.
    void count(std::string_view name, std::uint64_t by = 1) { counts.find(name)->second += by; }
    void event(std::string type, std::vector<std::pair<std::string, Event::Value>> fields);
    /// The same for what happens often: the fields are made only where somebody hears of it.
    template <class Fields>
    void tell(const char *type, Fields fields) {
        if (config.events)
            event(type, fields());
    }
    void alarm(base::Time at, const Alarm &alarm) { alarms.emplace(at, alarm); }
    /// What has ended must not be kept until its alarm rings.
    void forget_alarm(base::Time at, const Alarm &alarm);
    /// Tells operators of a binding that is there from now on, or gone.
    void announce(const locate::Change &change);
    /// Writes what nobody waits for.
    void store(std::vector<locate::Change> changes);

    /// Asks whether a user exists, and what its passwords hash to; the exchange waits.
    void ask_user(Exchange &e, std::string_view user, std::string_view domain);
    /// Asks for the addresses of a branch's destination; it waits.
    void ask_next_hops(const Question &question, const resolve::Destination &destination);
    void ask_breaker(const Question &question, std::size_t breaker, std::string dictionary);
    /// One that runs, each in turn.
    [[nodiscard]] std::optional<std::size_t> pick_breaker();

    /// Answers the request of an exchange; nothing for an ACK.
    void respond(const Exchange &e, int code, std::string bytes);
    [[nodiscard]] std::string stateless_tag(const wire::sip::Message &request) const;
    void respond_statelessly(const Exchange &e, std::string bytes);
    void start_client(Exchange &e, std::size_t branch, std::string bytes);

    /// All but the listeners, from now on.
    void reconfigure(Config c);

    /// Whether there is a listener of this transport, whose socket or name a request can go out by.
    [[nodiscard]] bool can_send(Transport transport) const;
    /// The place of the listener by which we send to there: at the address that the system would send from
    /// where there is one, else the first of its transport and address family.
    [[nodiscard]] std::optional<std::uint16_t> listener_to(const NextHop &next) const;
    /// A flow of our own to there, where there is a listener to it.
    [[nodiscard]] Flow flow_to(const NextHop &next) const;
    /// Null for a call that is over.
    [[nodiscard]] Call *find_call(std::uint64_t id);
};

} // namespace cord::engine::proxy
