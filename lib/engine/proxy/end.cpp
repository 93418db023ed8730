// The orderly end: what others are told before this process is gone, and what must not outlive it.
#include <algorithm>

#include "engine/proxy/calls.hpp"
#include "engine/proxy/parts.hpp"

namespace cord::engine::proxy {

void Core::end_calls(base::Now now) {
    parts_->now = now;
    std::vector<std::uint64_t> standing;
    for (const auto &[id, call] : parts_->calls)
        if (call.invite && !parts_->kept_calls.contains(id))
            standing.push_back(id);
    for (std::uint64_t id : standing)
        if (Call *call = parts_->find_call(id))
            proxy::hang_up(*parts_, *call, Sides::both, {503, "The proxy is going away"});
    parts_->settle();
}

bool Core::is_quiet() const {
    return parts_->unanswered_byes.empty() && parts_->ended_calls.empty() &&
           std::none_of(parts_->calls.begin(), parts_->calls.end(), [this](const auto &entry) {
               return entry.second.invite && !parts_->kept_calls.contains(entry.first);
           });
}

void Core::drop_connections(base::Now now) {
    parts_->now = now;
    for (const locate::Binding &binding : parts_->table.all())
        if (binding.flow.connection != 0)
            parts_->store(parts_->registrar.flow_closed(binding.flow));
}

} // namespace cord::engine::proxy
