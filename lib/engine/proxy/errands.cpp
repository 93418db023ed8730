#include "engine/proxy/errands.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/proxy/failover.hpp"
#include "engine/proxy/state.hpp"
#include "engine/proxy/trunks.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::Builder;
using wire::sip::HeaderId;
using wire::sip::Message;
using namespace std::chrono_literals;
using Kind = Errand::Kind;

/// After this a registration that failed is tried again.
constexpr base::Duration register_retry = 30s;
/// The longest that a 423 may ask for.
constexpr std::uint32_t longest_expires = 86'400;

const Trunk *trunk_of(const State &s, const Errand &errand) {
    return s.config.dial_plan ? s.config.dial_plan->trunk(errand.trunk) : nullptr;
}

bool is_wanted(const Trunk &trunk, Kind kind) {
    return kind == Kind::probe ? trunk.probe > base::Duration::zero() : trunk.registers;
}

void arrange(State &s, std::uint64_t id, base::Duration after) {
    Errand &errand = s.errands.all.at(id);
    errand.due = s.now.mono + after;
    s.alarm(errand.due, {Alarm::Kind::errand, id});
}

void forget(State &s, std::uint64_t id) {
    const auto errand = s.errands.all.find(id);
    s.forget_alarm(errand->second.due, {Alarm::Kind::errand, id});
    std::erase_if(s.errands.by_client, [&](const auto &entry) { return entry.second == id; });
    s.errands.all.erase(errand);
}

/// A trunk is down while any of its errands fails.
void judge(State &s, const std::string &trunk) {
    std::string reason;
    for (const auto &[id, errand] : s.errands.all) {
        if (errand.trunk != trunk)
            continue;
        if (!errand.well)
            return;
        if (!*errand.well)
            reason = errand.reason;
    }
    const bool up = reason.empty();
    auto [told, first] = s.errands.up.emplace(trunk, up);
    if (!first && told->second == up)
        return;
    told->second = up;
    Event::Fields fields{{"trunk", trunk}};
    if (!up)
        fields.emplace_back("reason", reason);
    s.event(up ? "trunk-up" : "trunk-down", std::move(fields));
}

void end(State &s, std::uint64_t id, std::string failure, base::Duration next) {
    Errand &errand = s.errands.all.at(id);
    errand.under_way = false;
    errand.well = failure.empty();
    errand.reason = std::move(failure);
    arrange(s, id, next);
    judge(s, errand.trunk);
}

void fail(State &s, std::uint64_t id, std::string_view why) {
    const Errand &errand = s.errands.all.at(id);
    const bool probe = errand.kind == Kind::probe;
    end(s, id, fmt::format("{}: {}", errand.method(), why),
        probe ? trunk_of(s, errand)->probe : register_retry);
}

std::string us(const State &s, const Trunk &trunk, const Flow &flow) {
    return fmt::format("<sip:{}{}{}{}{}>", trunk.username, trunk.username.empty() ? "" : "@",
                       s.identity.host_port(flow), flow.transport == Transport::udp ? "" : ";transport=",
                       flow.transport == Transport::udp ? "" : transaction::uri_name(flow.transport));
}

/// Sends it to the first of its hops.
void send(State &s, std::uint64_t id, const std::pair<HeaderId, std::string> &credentials = {}) {
    Errand &errand = s.errands.all.at(id);
    const Trunk &trunk = *trunk_of(s, errand);
    const Flow flow = s.flow_to(errand.hops.front());
    const std::string key = std::string(wire::sip::magic_cookie) + s.random.token(24);
    const std::string contact = us(s, trunk, flow);
    // RFC 3261 section 10.2: the address of record is that of our user there.
    const std::string record = fmt::format("<{}:{}@{}>", trunk.scheme, trunk.username, trunk.host);
    const bool registers = errand.kind == Kind::registration;
    auto request = Builder::request(errand.method(), trunk.uri());
    request.add(HeaderId::via, s.identity.via(flow, key));
    request.add(HeaderId::max_forwards, "70");
    request.add(HeaderId::from, (registers ? record : contact) + ";tag=" + errand.tag);
    request.add(HeaderId::to, registers ? record : fmt::format("<{}>", trunk.uri()));
    request.add(HeaderId::call_id, errand.call_id);
    request.add(HeaderId::cseq, fmt::format("{} {}", ++errand.cseq, errand.method()));
    request.add(HeaderId::contact, contact);
    if (registers)
        request.add(HeaderId::expires, std::to_string(errand.expires));
    if (!credentials.second.empty())
        request.add(credentials.first, credentials.second);
    s.errands.by_client[s.layer.send(flow, request.finish(), key, errand.method(), s.now.mono)] = id;
}

/// Nothing came of the hop that it went to.
void turn_to_next(State &s, std::uint64_t id, HopFailure how, std::string_view why) {
    Errand &errand = s.errands.all.at(id);
    if (how.dead_for > base::Duration::zero())
        s.dead_hops.mark(errand.hops.front().hop, s.now.mono + how.dead_for, s.now.mono);
    errand.hops.erase(errand.hops.begin());
    if (errand.hops.empty())
        return fail(s, id, why);
    errand.challenged = false;
    send(s, id);
}

/// RFC 3261 section 10.2.4: how long the binding that we made lasts.
std::uint32_t granted(const State &s, const Errand &errand, const Message &ok) {
    const Trunk &trunk = *trunk_of(s, errand);
    const std::string ours = us(s, trunk, s.flow_to(errand.hops.front()));
    auto own = wire::sip::NameAddr::parse(ours);
    for (const wire::sip::Value &value : ok.values(HeaderId::contact)) {
        auto contact = wire::sip::NameAddr::parse(value.text);
        if (!contact || !own || contact->uri.user != own->uri.user || contact->uri.host != own->uri.host)
            continue;
        if (auto expires = contact->params.value("expires"))
            if (auto seconds = base::to_uint(*expires, UINT32_MAX))
                return static_cast<std::uint32_t>(*seconds);
    }
    auto expires = wire::sip::expires(ok);
    return expires ? expires->value_or(errand.expires) : errand.expires;
}

/// Before it ends, so that a refresh that is late or has to be repeated still comes in time.
base::Duration refresh_after(std::uint32_t seconds) {
    return std::chrono::seconds(seconds - std::min<std::uint32_t>(seconds / 2, 60));
}

/// RFC 3261 section 10.2.8: "If a UA receives a 423 (Interval Too Brief) response, it MAY retry the
/// registration after making the expiration interval of all contact addresses in the REGISTER request equal
/// to or greater than the expiration interval within the Min-Expires header field of the 423 (Interval Too
/// Brief) response."
bool ask_for_longer(State &s, std::uint64_t id, const Message &response) {
    Errand &errand = s.errands.all.at(id);
    auto least = base::to_uint(response.header(HeaderId::min_expires).value_or(""), longest_expires);
    if (response.status() != 423 || !least || errand.renamed)
        return false;
    errand.renamed = true;
    errand.challenged = false;
    errand.expires = std::max(errand.expires, static_cast<std::uint32_t>(*least));
    send(s, id);
    return true;
}

bool answer_challenge(State &s, std::uint64_t id, const Message &response) {
    Errand &errand = s.errands.all.at(id);
    if ((response.status() != 401 && response.status() != 407) || errand.challenged)
        return false;
    const Trunk &trunk = *trunk_of(s, errand);
    auto credentials = credentials_for(s, trunk, response, errand.method(), trunk.uri());
    if (credentials.second.empty())
        return false;
    errand.challenged = true;
    send(s, id, credentials);
    return true;
}

void take_final(State &s, std::uint64_t id, const Message &response) {
    const int status = response.status();
    Errand &errand = s.errands.all.at(id);
    if (answer_challenge(s, id, response))
        return;
    if (errand.kind == Kind::probe) {
        // Whoever answers is there, even one who does not know OPTIONS or us; but not for one who cannot
        // serve.
        if (trunk_failed(status) && status != 501)
            return turn_to_next(s, id, refusal(response), std::to_string(status));
        return end(s, id, {}, trunk_of(s, errand)->probe);
    }
    if (status / 100 == 2)
        return end(s, id, {}, refresh_after(std::max(granted(s, errand, response), 2U)));
    if (ask_for_longer(s, id, response))
        return;
    if (trunk_failed(status))
        return turn_to_next(s, id, refusal(response), std::to_string(status));
    fail(s, id, std::to_string(status));
}

void add_missing(State &s, const Trunk &trunk, Kind kind) {
    for (const auto &[id, errand] : s.errands.all)
        if (errand.trunk == trunk.name && errand.kind == kind)
            return;
    const std::uint64_t id = s.new_id();
    Errand &errand = s.errands.all[id];
    errand.kind = kind;
    errand.trunk = trunk.name;
    errand.call_id = s.random.token(24);
    errand.tag = s.random.token(10);
    arrange(s, id, {});
}

} // namespace

bool Errands::is_down(std::string_view trunk) const {
    auto told = up.find(trunk);
    return told != up.end() && !told->second;
}

bool Errands::found_at(const Flow &flow) const {
    auto is_there = [&](const NextHop &next) {
        return flow.is_reliable() ? next.hop.address.ip == flow.remote.ip : next.hop.address == flow.remote;
    };
    return !transaction::is_websocket(flow.transport) &&
           std::any_of(places.begin(), places.end(), [&](const auto &place) {
               return std::any_of(place.second.begin(), place.second.end(), is_there);
           });
}

void plan_errands(State &s, const DialPlan *former) {
    const DialPlan *plan = s.config.dial_plan.get();
    auto same = [&](const std::string &name) {
        const Trunk *now = plan ? plan->trunk(name) : nullptr, *then = former ? former->trunk(name) : nullptr;
        return now != nullptr && then != nullptr && *now == *then;
    };
    std::vector<std::uint64_t> gone;
    for (const auto &[id, errand] : s.errands.all)
        if (!same(errand.trunk))
            gone.push_back(id);
    for (std::uint64_t id : gone)
        forget(s, id);
    std::erase_if(s.errands.up, [&](const auto &entry) { return !same(entry.first); });
    std::erase_if(s.errands.places, [&](const auto &entry) { return !same(entry.first); });
    if (plan != nullptr)
        for (const Trunk &trunk : plan->trunks())
            for (Kind kind : {Kind::probe, Kind::registration})
                if (is_wanted(trunk, kind))
                    add_missing(s, trunk, kind);
}

void begin_errand(State &s, std::uint64_t id) {
    auto errand = s.errands.all.find(id);
    if (errand == s.errands.all.end() || errand->second.under_way)
        return;
    errand->second.under_way = true;
    errand->second.challenged = errand->second.renamed = false;
    s.ask_next_hops({Question::Kind::errand, id}, trunk_of(s, errand->second)->place);
}

void on_errand_hops(State &s, std::uint64_t id, std::vector<NextHop> hops) {
    auto errand = s.errands.all.find(id);
    if (errand == s.errands.all.end())
        return;
    std::erase_if(hops, [&](const NextHop &next) { return !s.listener_to(next); });
    if (hops.empty())
        return fail(s, id, "no address was found");
    s.errands.places[errand->second.trunk] = hops;
    s.dead_hops.put_last(hops, s.now.mono);
    errand->second.hops = std::move(hops);
    send(s, id);
}

bool on_errand_output(State &s, transaction::Id client, const transaction::Output &output) {
    const auto found = s.errands.by_client.find(client);
    if (found == s.errands.by_client.end())
        return false;
    const std::uint64_t id = found->second;
    const auto *response = std::get_if<transaction::Response>(&output);
    if (response != nullptr && response->message.status() < 200)
        return true;
    s.errands.by_client.erase(found);
    if (response != nullptr)
        take_final(s, id, response->message);
    else if (std::holds_alternative<transaction::Timeout>(output))
        turn_to_next(s, id, silence, "no answer");
    else
        turn_to_next(s, id, breakage, "it cannot be reached");
    return true;
}

} // namespace cord::engine::proxy
