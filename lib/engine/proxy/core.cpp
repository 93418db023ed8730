#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "engine/proxy/calls.hpp"
#include "engine/proxy/fork.hpp"
#include "engine/proxy/keep.hpp"
#include "engine/proxy/parts.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/quality.hpp"
#include "engine/proxy/refusal.hpp"
#include "engine/proxy/responses.hpp"
#include "engine/proxy/way.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"
#include "wire/sip/received.hpp"
#include "wire/sip/validate.hpp"

namespace cord::engine::proxy {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

namespace {

struct Link {
    Processor process;
    std::string_view rule;
};
constexpr Link chain[] = {{validate, "validate"},     {preprocess_route, "route"},
                          {check_end, "end"},         {authenticate, "authenticate"},
                          {check_relay, "relay"},     {absorb_info, "info"},
                          {serve, "serve"},           {translate, "translate"},
                          {locate_targets, "locate"}, {forward, "forward"}};

} // namespace

std::string_view rule_at(std::size_t step) { return chain[std::min(step, std::size(chain) - 1)].rule; }

void Core::Parts::run(Exchange &e) {
    e.state = Exchange::State::processing;
    for (; e.step < std::size(chain); ++e.step) {
        switch (chain[e.step].process(*this, e)) {
        case Next::go_on: break;
        case Next::wait: e.state = Exchange::State::waiting; return;
        case Next::done: return;
        }
    }
}

void Core::Parts::resume(std::uint64_t id) {
    auto e = exchanges.find(id);
    if (e == exchanges.end() || e->second.state != Exchange::State::waiting)
        return;
    run(e->second);
    forget_if_over(id);
}

void Core::Parts::on_request(const Message &request, const Flow &flow) {
    if (auto fault = wire::sip::validate(request))
        return reject_malformed(request, flow, *fault);
    transaction::Received received = layer.on_request(request, way_back(request, flow), now.mono);
    if (received.kind == transaction::Received::Kind::absorbed)
        return;
    if (received.kind == transaction::Received::Kind::refused) {
        ++counts["overload"];
        // RFC 3261 section 21.5.4: "The server MAY indicate when the client should retry the request in a
        // Retry-After header field."
        note_refusal(*this, request, flow, 503, "limits", "too many requests at a time");
        return reject_statelessly(request, flow, 503, "Too Many Requests At A Time", {{"Retry-After", "10"}});
    }
    count("requests");
    if (request.method() == Method::cancel)
        return on_cancel(request, received);
    std::uint64_t id = new_id();
    Exchange &e = exchanges.try_emplace(id, request).first->second;
    e.id = id;
    e.flow = flow;
    if (received.kind == transaction::Received::Kind::request) {
        e.server = received.id;
        e.live = 1;
        by_server[received.id] = id;
    }
    run(e);
    forget_if_over(id);
}

/// RFC 3261 section 16.3 item 1. No transaction is made of what cannot be read; an ACK is never answered.
void Core::Parts::reject_malformed(const Message &request, const Flow &flow, const wire::sip::Fault &fault) {
    ++counts["malformed"];
    if (request.method() == Method::ack || !request.has(HeaderId::via))
        return;
    note_refusal(*this, request, flow, fault.code, "grammar", fault.error.text());
    reject_statelessly(request, flow, fault.code, fault.error.text());
}

void Core::Parts::reject_statelessly(const Message &request, const Flow &flow, std::uint16_t code,
                                     std::string_view reason, const Headers &headers) {
    auto response = wire::sip::make_response(request, code, reason, stateless_tag(request));
    response.add(HeaderId::server, config.server);
    for (const auto &[name, value] : headers)
        response.add(name, value);
    effects.push_back(Send{way_back(request, flow), response.finish()});
}

/// RFC 3261 section 16.10.
void Core::Parts::on_cancel(const Message &request, const transaction::Received &received) {
    int code = received.cancelled == transaction::Id::none ? 481 : 200;
    layer.respond(
        received.id, code,
        wire::sip::make_response(request, static_cast<std::uint16_t>(code), {}, random.token(10)).finish(),
        now.mono);
    auto found = by_server.find(received.cancelled);
    if (found == by_server.end())
        return; // it is answered
    const std::uint64_t id = found->second;
    Exchange &e = exchanges.at(id);
    if (e.state == Exchange::State::waiting)
        reply(*this, e, 487);
    else if (e.state == Exchange::State::forwarding)
        // RFC 3326 section 2: a Reason in the CANCEL is copied into those that follow from it.
        cancel(*this, e, request.header(HeaderId::reason).value_or(""));
    forget_if_over(id);
}

void Core::Parts::handle(transaction::Output &output) {
    if (auto *send = std::get_if<transaction::Send>(&output)) {
        effects.push_back(std::move(*send));
        return;
    }
    if (auto *terminated = std::get_if<transaction::Terminated>(&output))
        return end_transaction(terminated->id);
    transaction::Id id = std::visit([](const auto &o) { return o.id; }, output);
    auto client = by_client.find(id);
    if (client == by_client.end()) {
        if (!on_errand_output(*this, id, output))
            unanswered_byes.erase(id);
        return;
    }
    auto [exchange, branch] = client->second;
    auto found = exchanges.find(exchange);
    if (found == exchanges.end())
        return; // it is over
    Exchange &e = found->second;
    if (e.branches[branch].client != id)
        return; // of a hop that was given up
    if (auto *response = std::get_if<transaction::Response>(&output))
        on_response(*this, e, branch, response->message);
    else if (std::holds_alternative<transaction::Timeout>(output))
        on_branch_failure(*this, e, branch, 408);
    else
        on_branch_failure(*this, e, branch, 503);
    forget_if_over(exchange);
}

void Core::Parts::end_transaction(transaction::Id id) {
    std::uint64_t exchange = 0;
    if (auto server = by_server.extract(id))
        exchange = server.mapped();
    else if (auto client = by_client.extract(id))
        exchange = client.mapped().first;
    else
        return;
    if (auto e = exchanges.find(exchange); e != exchanges.end()) {
        --e->second.live;
        forget_if_over(exchange);
    }
}

void Core::Parts::forget_if_over(std::uint64_t id) {
    auto found = exchanges.find(id);
    if (found == exchanges.end())
        return;
    const Exchange &e = found->second;
    // Its transactions go on for half a minute, but all that they repeat is the answer. An INVITE alone can
    // be answered again, by a 2xx.
    const bool settled = e.state == Exchange::State::answered &&
                         std::all_of(e.branches.begin(), e.branches.end(), [&](const Branch &b) {
                             return b.state == Branch::State::done && !e.is_invite();
                         });
    if (!settled && (e.live > 0 || e.state == Exchange::State::waiting))
        return;
    bool asking = std::any_of(e.branches.begin(), e.branches.end(), [](const Branch &b) {
        return b.asking || b.state == Branch::State::locating ||
               b.state == Branch::State::waiting_for_breaker;
    });
    if (asking)
        return;
    forget_connections(*this, e);
    sleepers.remove(e.sleeper, {id});
    by_server.erase(e.server);
    for (const Branch &b : e.branches)
        by_client.erase(b.client);
    exchanges.erase(found);
}

/// Brings what the transactions put out to where it belongs, until nothing is left.
void Core::Parts::settle() {
    for (auto outputs = layer.take_output(); !outputs.empty(); outputs = layer.take_output())
        for (transaction::Output &output : outputs)
            handle(output);
    keep_changes(*this);
}

void Core::Parts::expire_bindings() {
    std::vector<locate::Change> changes;
    for (locate::Binding &binding : table.remove_expired(now.unix))
        changes.push_back({true, std::move(binding)});
    count("bindings_expired", changes.size());
    upstream_clients.expire(now.unix);
    store(std::move(changes));
}

void Core::Parts::ring(const Alarm &alarm) {
    if (alarm.kind == Alarm::Kind::grace)
        return on_grace_over(*this, alarm.id);
    if (alarm.kind == Alarm::Kind::idle)
        return on_idle(*this, alarm.id);
    if (alarm.kind == Alarm::Kind::wake)
        return resume_woken(alarm.id);
    if (alarm.kind == Alarm::Kind::errand)
        return begin_errand(*this, alarm.id);
    if (auto e = exchanges.find(alarm.id); e != exchanges.end())
        on_ring_alarm(*this, e->second, alarm.branch);
}

/// The one called has registered, or has not in time. The alarm may be one of several of an exchange.
void Core::Parts::resume_woken(std::uint64_t id) {
    if (auto e = exchanges.find(id); e != exchanges.end() && e->second.wake_deadline)
        resume(id);
}

std::optional<Question> Core::Parts::answered(Token token) {
    auto question = questions.extract(token);
    return question ? std::optional(question.mapped()) : std::nullopt;
}

/// An answer from outside, for the exchange that waits for it.
template <class Take>
void Core::Parts::answer(Token token, Take take) {
    if (auto question = answered(token)) {
        if (auto e = exchanges.find(question->exchange); e != exchanges.end())
            take(e->second);
        resume(question->exchange);
    }
    settle();
}

Core::Core(Config config, base::Random &random)
    : parts_(std::make_unique<Parts>(std::move(config), random)) {}
Core::~Core() = default;
Core::Core(Core &&) noexcept = default;
Core &Core::operator=(Core &&) noexcept = default;

void Core::on_message(const Flow &flow, base::Bytes bytes, base::Now now) {
    parts_->now = now;
    auto message = Message::parse(bytes);
    if (!message) {
        ++parts_->counts["unreadable"];
        return;
    }
    if (message->is_response()) {
        const bool known = !wire::sip::validate(*message) && parts_->layer.on_response(*message, now.mono);
        parts_->count(known ? "responses" : "stray_responses");
    } else {
        // Browser stacks drop responses whose Via is not their own to the byte, and their answers go back by
        // the connection in any case.
        bool keep = transaction::is_websocket(flow.transport);
        parts_->on_request(keep ? *message : wire::sip::with_source(*message, flow.remote), flow);
    }
    parts_->settle();
}

void Core::on_broken(const Flow &flow, const wire::sip::FrameError &error, base::Now now) {
    parts_->now = now;
    if (error.request && error.request->is_request())
        parts_->reject_malformed(*error.request, flow, error.fault);
}

void Core::on_flow_closed(const Flow &flow, base::Now now) {
    parts_->now = now;
    auto changes = parts_->registrar.flow_closed(flow);
    for (const locate::Change &change : changes)
        if (!change.removed && change.binding.reachable)
            move_legs(*parts_, change.binding);
    parts_->store(std::move(changes));
    parts_->upstream_clients.lose(flow);
    parts_->proved.erase(flow.connection);
    lose_legs(*parts_, flow);
    fail_flow(*parts_, flow);
    parts_->settle();
}

void Core::on_proved(const Flow &flow, wire::sip::Identities who) {
    parts_->proved[flow.connection] = std::move(who);
}

void Core::on_send_failed(transaction::Id id, base::Now now) {
    parts_->now = now;
    parts_->layer.on_failure(id, now.mono);
    parts_->settle();
}

void Core::on_sent(transaction::Id id, const Flow &flow) {
    auto client = parts_->by_client.find(id);
    if (client == parts_->by_client.end())
        return;
    if (auto e = parts_->exchanges.find(client->second.first); e != parts_->exchanges.end())
        use_connection(*parts_, e->second, client->second.second, flow.connection);
}

void Core::on_stored(Token token, bool ok, base::Now now) {
    parts_->now = now;
    parts_->registrar.stored(token, ok);
    parts_->answer(token, [&](Exchange &e) { e.stored = ok; });
}

void Core::on_user(Token token, const UserAnswer &answer, base::Now now) {
    parts_->now = now;
    parts_->answer(token, [&](Exchange &e) { e.user = answer; });
}

void Core::on_resolved(Token token, std::vector<NextHop> hops, base::Now now) {
    parts_->now = now;
    auto question = parts_->answered(token);
    if (question && question->kind == Question::Kind::errand) {
        on_errand_hops(*parts_, question->exchange, std::move(hops));
    } else if (question) {
        if (auto e = parts_->exchanges.find(question->exchange); e != parts_->exchanges.end())
            on_next_hops(*parts_, e->second, question->branch, std::move(hops));
        parts_->forget_if_over(question->exchange);
    }
    parts_->settle();
}

void Core::on_breaker(Token token, std::optional<std::string_view> reply, base::Now now) {
    parts_->now = now;
    auto question = parts_->answered(token);
    if (question && question->kind == Question::Kind::last_numbers) {
        on_last_numbers(*parts_, question->exchange, reply);
    } else if (question && question->kind == Question::Kind::info) {
        if (auto e = parts_->exchanges.find(question->exchange); e != parts_->exchanges.end())
            e->second.absorbed = ng_done(reply);
        parts_->resume(question->exchange);
    } else if (question) {
        auto e = parts_->exchanges.find(question->exchange);
        if (e != parts_->exchanges.end() && question->kind == Question::Kind::request_media)
            on_request_media(*parts_, e->second, question->branch, reply);
        else if (e != parts_->exchanges.end())
            on_response_media(*parts_, e->second, question->branch, reply);
        parts_->forget_if_over(question->exchange);
    }
    parts_->settle();
}

void Core::on_timer(base::Now now) {
    parts_->now = now;
    parts_->layer.on_timer(now.mono);
    parts_->settle();
    while (!parts_->alarms.empty() && parts_->alarms.begin()->first <= now.mono) {
        Alarm alarm = parts_->alarms.begin()->second;
        parts_->alarms.erase(parts_->alarms.begin());
        parts_->ring(alarm);
    }
    parts_->expire_bindings();
    parts_->settle();
}

base::Time Core::next_deadline() const {
    base::Time next = parts_->layer.next_deadline();
    if (!parts_->alarms.empty())
        next = std::min(next, parts_->alarms.begin()->first);
    base::UnixTime expiry = std::min(parts_->table.next_expiry(), parts_->upstream_clients.next_expiry());
    if (expiry != base::UnixTime::max())
        next = std::min(next, parts_->now.mono + (expiry - parts_->now.unix));
    return next;
}

std::vector<Effect> Core::take_effects() {
    std::vector<Effect> taken = std::exchange(parts_->effects, {});
    if (!taken.empty())
        parts_->effects.reserve(taken.size()); // what follows is much the same
    return taken;
}

void Core::load(std::vector<locate::Binding> bindings, base::Now now) {
    parts_->now = now;
    for (locate::Binding &binding : bindings)
        parts_->table.put(std::move(binding));
}

std::size_t Core::restore(std::string_view records, base::Now now) {
    parts_->now = now;
    return restore_calls(*parts_, records);
}

std::string Core::kept() const { return kept_calls(*parts_); }

void Core::set_breaker(std::size_t breaker, bool up) {
    if (breaker < parts_->breaker_up.size())
        parts_->breaker_up[breaker] = up;
}

void Core::explain(bool wanted) { parts_->config.explain = wanted; }

void Core::drain() { parts_->draining = true; }

void Core::reconfigure(Config config) { parts_->reconfigure(std::move(config)); }

} // namespace cord::engine::proxy
