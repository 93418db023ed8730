#include "engine/proxy/push.hpp"

namespace cord::engine::proxy {
namespace {

/// Tells whoever sends pushes of those that are asleep: false when none can be woken.
bool ask_to_wake(State &s, const Exchange &e, const std::vector<locate::Binding> &called) {
    bool asked = false;
    for (const locate::Binding &binding : called) {
        auto push = locate::push_of(binding.contact);
        if (binding.reachable || binding.expires <= s.now.unix || !push)
            continue;
        s.event("push-wanted", {{"user", locate::aor_key(binding)},
                                {"provider", push->provider},
                                {"prid", push->prid},
                                {"param", push->param},
                                {"method", std::string(e.request.method_name())},
                                {"from", wire::sip::aor_key(e.from.uri)},
                                {"call_id", std::string(e.request.call_id())}});
        asked = true;
    }
    return asked;
}

} // namespace

Next await_sleepers(State &s, Exchange &e, std::string_view aor, const std::vector<locate::Binding> &called) {
    if (!e.wake_deadline) {
        if (!e.sleeper.empty() || !ask_to_wake(s, e, called))
            return Next::go_on;
        e.sleeper = aor;
        e.wake_deadline = s.now.mono + s.config.push_wait;
        s.sleepers.add(e.sleeper, {e.id});
        s.alarm(*e.wake_deadline, {Alarm::Kind::wake, e.id});
        return Next::wait;
    }
    if (s.now.mono < *e.wake_deadline)
        return Next::wait; // Another client of the user has registered, or this one under another name.
    e.wake_deadline.reset();
    return Next::go_on;
}

void wake(State &s, std::string_view aor) {
    // They go on after what is at work now.
    for (const Member &member : s.sleepers.of(std::string(aor)))
        s.alarm(s.now.mono, {Alarm::Kind::wake, member.id});
}

} // namespace cord::engine::proxy
