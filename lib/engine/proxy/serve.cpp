#include "engine/proxy/calls.hpp"
#include "engine/proxy/outgoing.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/push.hpp"
#include "engine/proxy/way.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::Method;

constexpr std::string_view methods_relayed =
    "INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, INFO, MESSAGE, OPTIONS, REFER, NOTIFY, SUBSCRIBE, REGISTER";

Next answer(State &s, Exchange &e, registrar::Answer answer) {
    // RFC 3608 section 6.3: the client's requests come here by the route that we tell it. One that registers
    // directly has its way; one behind an edge proxy would go by that alone.
    if (answer.code == 200 && e.request.has(wire::sip::HeaderId::path))
        answer.headers.emplace_back("Service-Route", route_to_us(s, e.flow, s.token_key.seal({})));
    return reply(s, e, static_cast<std::uint16_t>(answer.code), answer.reason, std::move(answer.headers));
}

/// The rows are on disk, or could not be written: only now is the client told.
Next answer_stored(State &s, Exchange &e) {
    if (!e.stored) {
        ++s.counts["register_failures"];
        return reply(s, e, 503, "Registration Could Not Be Stored", {{"Retry-After", "5"}});
    }
    s.count("registrations");
    for (const locate::Change &change : e.registered->changes) {
        s.announce(change);
        if (!change.removed)
            wake(s, locate::aor_key(change.binding));
    }
    return answer(s, e, std::move(e.registered->answer));
}

Next register_user(State &s, Exchange &e) {
    if (e.registered)
        return answer_stored(s, e);
    std::string user = wire::sip::unescape(e.to.uri.user);
    if (user.empty())
        return reply(s, e, 404, "No User To Register");
    Token token = s.new_id();
    auto outcome = s.registrar.process(e.request, user, *s.identity.own_domain(e.to.uri),
                                       way_back(e.request, e.flow), token, s.now);
    if (outcome.changes.empty())
        return answer(s, e, std::move(outcome.answer));
    for (const locate::Change &change : outcome.changes)
        if (!change.removed)
            move_legs(s, change.binding);
    e.registered = std::move(outcome);
    if (!s.config.durable) {
        s.registrar.stored(token, true);
        s.effects.push_back(Store{0, e.registered->changes});
        e.stored = true;
        return answer_stored(s, e);
    }
    s.questions[token] = {Question::Kind::store, e.id, 0};
    s.effects.push_back(Store{token, e.registered->changes});
    return Next::wait;
}

/// RFC 3261 section 11, for the server itself. Section 11.2: "The response code chosen MUST be the same that
/// would have been chosen had the request been an INVITE": so whoever shares calls out sees us go.
Next answer_options(State &s, Exchange &e) {
    if (s.draining)
        return reply(s, e, 503, "Shutting Down", {{"Retry-After", "10"}});
    return reply(s, e, 200, "OK",
                 {{"Allow", std::string(methods_relayed)},
                  {"Accept", "application/sdp"},
                  {"Supported", std::string(registrar::supported) + ", gruu"}});
}

} // namespace

Next serve(State &s, Exchange &e) {
    if (e.in_dialog || e.to_upstream || !e.client.empty())
        return Next::go_on;
    if (e.request.method() == Method::register_)
        return register_user(s, e);
    if (e.is_for_server())
        return e.request.method() == Method::options ? answer_options(s, e) : reply(s, e, 484);
    return Next::go_on;
}

} // namespace cord::engine::proxy
