// What operators ask a core for, and the little that they tell it to do.
#include <algorithm>

#include <fmt/format.h>

#include "engine/proxy/calls.hpp"
#include "engine/proxy/parts.hpp"

namespace cord::engine::proxy {
namespace {

std::int64_t seconds_since(base::Time then, base::Time now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
}

CallSide side_of(const DialogSide &side, const Leg &leg) {
    return {side.tag, side.target, side.cseq, side.route, leg.flow};
}

std::size_t trunks_down(const State &s) {
    return static_cast<std::size_t>(std::count_if(s.errands.up.begin(), s.errands.up.end(),
                                                  [](const auto &told) { return !told.second; }));
}

/// The dialog that people mean by a call: one that lives, else the last that was made.
void describe_sides(const Call &call, CallInfo &info) {
    info.caller.tag = call.caller_tag;
    info.caller.flow = call.caller.flow;
    bool found = false;
    for (const CallBranch &branch : call.branches)
        for (const Dialog &dialog : branch.dialogs) {
            if (found)
                return;
            info.caller = side_of(dialog.caller, call.caller);
            info.callee = side_of(dialog.callee, branch.callee);
            found = dialog.is_live();
        }
}

} // namespace

std::vector<locate::Binding> Core::contacts(std::string_view user, std::string_view domain,
                                            base::Now now) const {
    std::vector<locate::Binding> out;
    for (const locate::Binding &binding : parts_->table.of(locate::aor_key(user, domain)))
        if (binding.expires > now.unix)
            out.push_back(binding);
    return out;
}

std::vector<locate::Binding> Core::contacts(base::Now now) const {
    std::vector<locate::Binding> out = parts_->table.all();
    std::erase_if(out, [&](const locate::Binding &b) { return b.expires <= now.unix; });
    return out;
}

std::vector<CallInfo> Core::calls(base::Now now) const {
    std::vector<CallInfo> out;
    for (const auto &[id, call] : parts_->calls) {
        if (!call.invite)
            continue;
        CallInfo info;
        info.id = fmt::format("{:x}", id);
        info.number = id;
        info.call_id = call.call_id;
        info.from = call.from;
        info.to = call.to;
        info.codecs = call.codecs;
        info.age = seconds_since(call.began, now.mono);
        info.state = call.answered ? "answered" : call.ringing ? "ringing" : "trying";
        if (call.answered)
            info.duration = seconds_since(*call.answered, now.mono);
        info.bridged = call.is_bridged();
        describe_sides(call, info);
        out.push_back(std::move(info));
    }
    return out;
}

std::vector<TrunkInfo> Core::trunks() const {
    std::vector<TrunkInfo> out;
    if (!parts_->config.dial_plan)
        return out;
    for (const Trunk &trunk : parts_->config.dial_plan->trunks()) {
        TrunkInfo &info = out.emplace_back();
        info.name = trunk.name;
        if (auto told = parts_->errands.up.find(trunk.name); told != parts_->errands.up.end())
            info.up = told->second;
        for (const auto &[id, errand] : parts_->errands.all)
            if (errand.trunk == trunk.name && errand.kind == Errand::Kind::registration)
                info.registration = {errand.well.value_or(false), errand.expires, errand.due};
    }
    return out;
}

std::vector<Statistic> Core::statistics() const {
    std::vector<Statistic> out;
    for (const auto &[name, value] : parts_->counts)
        out.push_back({name, value});
    const std::pair<const char *, std::size_t> levels[] = {
        {"bindings", parts_->table.size()},
        {"calls_active", parts_->calls.size()},
        {"dead_hops", parts_->dead_hops.size(parts_->now.mono)},
        {"exchanges", parts_->exchanges.size()},
        {"upstream_clients", parts_->upstream_clients.size()},
        {"users_registered", parts_->table.users()},
        {"transactions", parts_->layer.size()},
        {"trunks_down", trunks_down(*parts_)}};
    for (const auto &[name, value] : levels)
        out.push_back({name, value, Statistic::Kind::level});
    return out;
}

std::size_t Core::kick(std::string_view user, std::string_view domain, std::string_view contact,
                       base::Now now) {
    parts_->now = now;
    std::vector<locate::Change> changes;
    std::string aor = locate::aor_key(user, domain);
    for (const locate::Binding &binding : std::vector<locate::Binding>(parts_->table.of(aor)))
        if (contact.empty() || binding.contact == contact)
            changes.push_back({true, *parts_->table.remove(aor, binding.ruid)});
    std::size_t removed = changes.size();
    parts_->store(std::move(changes));
    return removed;
}

void Core::add(locate::Binding binding, base::Now now) {
    parts_->now = now;
    parts_->table.put(binding);
    parts_->announce({false, binding});
    parts_->store({{false, std::move(binding)}});
}

bool Core::hang_up(std::uint64_t number, base::Now now) {
    parts_->now = now;
    Call *call = parts_->find_call(number);
    if (call == nullptr || !call->invite)
        return false;
    proxy::hang_up(*parts_, *call, Sides::both, {487, "Ended by the operator"});
    parts_->settle();
    return true;
}

} // namespace cord::engine::proxy
