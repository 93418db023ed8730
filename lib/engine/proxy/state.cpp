#include "engine/proxy/state.hpp"

#include <algorithm>
#include <utility>

#include <fmt/compile.h>

#include "crypto/digest.hpp"
#include "engine/proxy/way.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

registrar::Limits limits_of(const Config &c) {
    return {c.min_expires, c.max_expires, c.default_expires, c.max_contacts, c.push_providers};
}

/// What others keep of us outlives the process when its secret does. Nonces do not: which of their counts
/// were used is forgotten with the process, so that they could be replayed.
Config with_secret(Config c, base::Random &r) {
    if (c.secret.empty())
        c.secret = r.token(32);
    return c;
}

crypto::DigestBytes key_for(const Config &c, std::string_view purpose) {
    crypto::DigestBytes key = crypto::digest(crypto::Hash::sha256, {purpose, ":", c.secret});
    key.size = 16;
    return key;
}

} // namespace

State::State(Config c, base::Random &r)
    : config(with_secret(std::move(c), r)), random(r), identity(config),
      token_key(key_for(config, "route").view()), loop_hash(r), tag_hash(r), authenticator(r),
      registrar(table, r, registrar::GruuKey(key_for(config, "gruu").view())), layer(config.max_transactions),
      breaker_up(config.breakers, true) {
    registrar.set_limits(limits_of(config));
    plan_errands(*this, nullptr);
}

void State::event(std::string type, std::vector<std::pair<std::string, Event::Value>> fields) {
    effects.push_back(Event{std::move(type), std::move(fields)});
}

void State::forget_alarm(base::Time at, const Alarm &alarm) {
    auto [first, last] = alarms.equal_range(at);
    auto own = std::find_if(first, last, [&](const auto &entry) { return entry.second == alarm; });
    if (own != last)
        alarms.erase(own);
}

void State::announce(const locate::Change &change) {
    const locate::Binding &b = change.binding;
    tell(change.removed ? "unregistered" : "registered", [&] {
        return Event::Fields{{"user", locate::aor_key(b)},
                             {"contact", b.contact},
                             {"src", b.flow.remote.text()},
                             {"transport", std::string(transaction::name(b.flow.transport))},
                             {"user_agent", b.user_agent}};
    });
}

void State::store(std::vector<locate::Change> changes) {
    if (changes.empty())
        return;
    for (const locate::Change &change : changes)
        if (change.removed)
            announce(change);
    effects.push_back(Store{0, std::move(changes)});
}

void State::ask_user(Exchange &e, std::string_view user, std::string_view domain) {
    Token token = new_id();
    questions[token] = {Question::Kind::user, e.id, 0};
    effects.push_back(LookUser{token, std::string(user), std::string(domain)});
}

void State::ask_next_hops(const Question &question, const resolve::Destination &destination) {
    Token token = new_id();
    questions[token] = question;
    effects.push_back(Resolve{token, destination});
}

void State::ask_breaker(const Question &question, std::size_t breaker, std::string dictionary) {
    Token token = new_id();
    questions[token] = question;
    effects.push_back(AskBreaker{token, breaker, std::move(dictionary)});
}

std::optional<std::size_t> State::pick_breaker() {
    for (std::size_t i = 0; i < breaker_up.size(); ++i) {
        std::size_t candidate = next_breaker++ % breaker_up.size();
        if (breaker_up[candidate])
            return candidate;
    }
    return std::nullopt;
}

void State::respond(const Exchange &e, int code, std::string bytes) {
    if (e.server != transaction::Id::none)
        layer.respond(e.server, code, std::move(bytes), now.mono);
}

/// RFC 3261 section 8.2.7: "if a stateless UAS needs to insert a tag in the To header field, it MUST use a
/// mechanism that will generate the same tag for the same request consistently".
std::string State::stateless_tag(const wire::sip::Message &request) const {
    const auto via = request.first_value(wire::sip::HeaderId::via);
    std::string text(via ? via->text : "");
    text.append(1, '\n').append(request.call_id());
    return fmt::format(FMT_COMPILE("{:016x}"), tag_hash(text));
}

/// Nothing is kept for a request sent again: it gets the same answer again.
void State::respond_statelessly(const Exchange &e, std::string bytes) {
    layer.abandon(e.server);
    effects.push_back(transaction::Send{way_back(e.request, e.flow), std::move(bytes)});
}

void State::start_client(Exchange &e, std::size_t index, std::string bytes) {
    Branch &b = e.branches[index];
    count("requests_forwarded");
    b.client = layer.send(b.target.flow, std::move(bytes), b.key, e.request.method_name(), now.mono);
    by_client[b.client] = {e.id, index};
    ++e.live;
}

void State::reconfigure(Config c) {
    CORD_ASSERT(c.listeners.size() == config.listeners.size()); // flows name them by their place
    const auto former = std::exchange(config, std::move(c)).dial_plan;
    plan_errands(*this, former.get());
    registrar.set_limits(limits_of(config));
    breaker_up.resize(config.breakers, true);
}

bool State::can_send(Transport transport) const {
    return std::any_of(config.listeners.begin(), config.listeners.end(),
                       [&](const Listener &l) { return l.transport == transport; });
}

std::optional<std::uint16_t> State::listener_to(const NextHop &next) const {
    std::optional<std::uint16_t> found;
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        const Listener &l = config.listeners[i];
        // A socket that takes every IPv6 address takes those of IPv4, too.
        const bool reaches =
            l.local.ip.v6 == next.hop.address.ip.v6 || (l.local.ip.v6 && l.local.ip.is_any());
        if (l.transport != next.hop.transport || !reaches)
            continue;
        if (l.local.ip == next.source)
            return static_cast<std::uint16_t>(i);
        if (!found)
            found = static_cast<std::uint16_t>(i);
    }
    return found;
}

Flow State::flow_to(const NextHop &next) const {
    Flow flow;
    flow.transport = next.hop.transport;
    flow.remote = next.hop.address;
    const auto listener = listener_to(next);
    CORD_ASSERT(listener);
    flow.listener = *listener;
    flow.local = config.listeners[*listener].local;
    if (flow.local.ip.is_any())
        flow.local.ip = next.source;
    return flow;
}

Call *State::find_call(std::uint64_t id) {
    auto found = calls.find(id);
    return found == calls.end() ? nullptr : &found->second;
}

} // namespace cord::engine::proxy
