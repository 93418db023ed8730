#include "engine/proxy/trunks.hpp"

#include <algorithm>

#include "engine/digest/answer.hpp"
#include "engine/locate/directory.hpp"
#include "engine/proxy/outgoing.hpp"
#include "engine/proxy/state.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;

Target target_of(const Trunk &trunk, const Rule &rule, std::string_view number) {
    Target target;
    target.uri = trunk.uri(number_for(rule, number));
    target.destination = trunk.place;
    target.trunk = trunk.name;
    return target;
}

bool may_use(const State &s, const Exchange &e, const Rule &rule) {
    return rule.group.empty() ||
           (s.config.directory && s.config.directory->is_member(e.authenticated, rule.group));
}

} // namespace

const Trunk *trunk_of(const State &s, const Target &target) {
    return target.trunk.empty() || !s.config.dial_plan ? nullptr : s.config.dial_plan->trunk(target.trunk);
}

Next dial_out(State &s, Exchange &e) {
    if (!s.config.dial_plan)
        return reply(s, e, 404);
    const std::string number = dialled_number(e.uri.user);
    std::vector<Rule> rules = in_order(s.config.dial_plan->rules_for(number), s.random);
    if (rules.empty())
        return reply(s, e, 404);
    // A trunk costs money: who comes from a trusted address under a name of ours is a user of ours, but a
    // stranger and another trunk are not.
    if (e.authenticated.empty())
        return reply(s, e, 403, "Trunks Are For Users Of This Proxy");
    std::erase_if(rules, [&](const Rule &rule) { return !may_use(s, e, rule); });
    if (rules.empty())
        return reply(s, e, 403, "Not Allowed To Call This Number");
    e.dials_out = true;
    for (const Rule &rule : rules)
        e.targets.push_back(target_of(*s.config.dial_plan->trunk(rule.trunk), rule, number));
    std::stable_partition(e.targets.begin(), e.targets.end(),
                          [&](const Target &target) { return !s.errands.is_down(target.trunk); });
    // One after the other.
    int q = static_cast<int>(e.targets.size());
    for (Target &target : e.targets)
        target.q = q--;
    return Next::go_on;
}

bool trunk_failed(int status) { return status == 408 || status / 100 == 5; }

void settle_trunks(Exchange &e, const Branch &branch, int status) {
    const bool refused_us = status == 401 || status == 407;
    if (!branch.target.trunk.empty() && (branch.timed_out || !(trunk_failed(status) || refused_us)))
        e.targets.clear();
}

std::pair<HeaderId, std::string> credentials_for(State &s, const Trunk &trunk, const Message &challenge,
                                                 std::string_view method, std::string_view uri) {
    // RFC 3261 section 22: a 401 is answered in Authorization, a 407 in Proxy-Authorization.
    const bool proxy = challenge.status() == 407;
    const HeaderId asked = proxy ? HeaderId::proxy_authenticate : HeaderId::www_authenticate;
    const HeaderId answered = proxy ? HeaderId::proxy_authorization : HeaderId::authorization;
    if (!trunk.username.empty())
        for (const wire::sip::Field &field : challenge.fields()) {
            if (field.id != asked)
                continue;
            const digest::Login login{trunk.username, trunk.password};
            if (auto value = digest::answer(field.value, login, method, uri, s.random.token(16)))
                return {answered, std::move(*value)};
        }
    return {answered, {}};
}

bool take_challenge(State &s, Exchange &e, std::size_t index, const Message &response) {
    Branch &b = e.branches[index];
    const Trunk *trunk = trunk_of(s, b.target);
    if (trunk == nullptr || b.cancelled || !b.credentials.second.empty())
        return false;
    b.credentials = credentials_for(s, *trunk, response, e.request.method_name(), b.target.uri);
    if (b.credentials.second.empty())
        return false;
    b.key = new_branch_key(s, e);
    // RFC 3261 section 22.2: "When a UAC resubmits a request with its credentials after receiving a 401
    // (Unauthorized) or 407 (Proxy Authentication Required) response, it MUST increment the CSeq header field
    // value as it would normally when sending an updated request." For the caller nothing changes: from here
    // on its numbers are higher on the trunk's side.
    if (Call *call = s.find_call(e.call))
        b.cseq_shift = ++call->branches[b.call_branch].cseq_shift;
    else
        b.cseq_shift = 1;
    return true;
}

} // namespace cord::engine::proxy
