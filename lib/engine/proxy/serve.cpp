#include <fmt/format.h>

#include "engine/proxy/calls.hpp"
#include "engine/proxy/processor.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::Method;

constexpr std::string_view methods_relayed =
    "INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, INFO, MESSAGE, OPTIONS, REFER, NOTIFY, SUBSCRIBE, REGISTER";

/// The registration that the answer waits for, kept with the exchange until the rows are on disk.
Next answer_register(State &s, Exchange &e) {
    registrar::Answer answer = std::move(*e.registered);
    if (e.stored == false) {
        ++s.counts["register_failures"];
        return refuse(s, e, 503, "Registration Could Not Be Stored", {{"Retry-After", "5"}});
    }
    Headers headers;
    for (auto &[name, value] : answer.headers)
        headers.emplace_back(name, std::move(value));
    return refuse(s, e, static_cast<std::uint16_t>(answer.code), answer.reason, std::move(headers));
}

void announce(State &s, const locate::Change &change) {
    const locate::Binding &b = change.binding;
    s.event(change.removed ? "unregistered" : "registered",
            {{"user", locate::aor_key(b)},
             {"contact", b.contact},
             {"src", b.flow.remote.text()},
             {"transport", std::string(transaction::name(b.flow.transport))},
             {"user_agent", b.user_agent}});
}

Next register_user(State &s, Exchange &e) {
    if (e.registered)
        return answer_register(s, e);
    auto to = wire::sip::to(e.request);
    std::string user = wire::sip::unescape(to->uri.user);
    if (user.empty())
        return refuse(s, e, 404, "No User To Register");
    Token token = s.new_id();
    auto outcome =
        s.registrar.process(e.request, user, *s.identity.own_domain(to->uri), e.flow, token, s.now);
    e.registered = std::move(outcome.answer);
    if (outcome.changes.empty())
        return answer_register(s, e);
    ++s.counts["registrations"];
    for (const locate::Change &change : outcome.changes) {
        announce(s, change);
        if (!change.removed)
            move_legs(s, locate::slot_of(change.binding), e.flow);
    }
    s.questions[token] = {Question::Kind::store, e.id, 0};
    s.effects.push_back(Store{token, std::move(outcome.changes)});
    return Next::wait;
}

/// RFC 3261 section 11: for the server itself.
Next answer_options(State &s, Exchange &e) {
    return refuse(s, e, 200, "OK",
                  {{"Allow", std::string(methods_relayed)},
                   {"Accept", "application/sdp"},
                   {"Supported", "path, outbound"}});
}

} // namespace

Next serve(State &s, Exchange &e) {
    if (e.request.method() == Method::register_)
        return register_user(s, e);
    if (e.in_dialog || e.next_hop)
        return Next::go_on;
    auto uri = wire::sip::request_uri(e.request);
    if (uri->user.empty())
        return e.request.method() == Method::options ? answer_options(s, e) : refuse(s, e, 484);
    return Next::go_on;
}

} // namespace cord::engine::proxy
