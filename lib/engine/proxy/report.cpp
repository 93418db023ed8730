// What operators ask a core for, and the one thing they tell it: that a binding is to go.
#include <fmt/format.h>

#include "engine/proxy/parts.hpp"

namespace cord::engine::proxy {

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
        CallInfo info{fmt::format("{:x}", id), call.call_id, call.from, call.to, {}, 0, false, call.codecs};
        info.state = call.answered ? "answered" : call.ringing ? "ringing" : "trying";
        if (call.answered)
            info.duration =
                std::chrono::duration_cast<std::chrono::seconds>(now.mono - *call.answered).count();
        info.bridged = call.is_bridged();
        out.push_back(std::move(info));
    }
    return out;
}

std::vector<Statistic> Core::statistics() const {
    std::vector<Statistic> out;
    for (const auto &[name, value] : parts_->counts)
        out.push_back({name, value});
    out.push_back({"bindings", parts_->table.size()});
    out.push_back({"calls_active", parts_->calls.size()});
    out.push_back({"dead_hops", parts_->dead_hops.size(parts_->now.mono)});
    out.push_back({"exchanges", parts_->exchanges.size()});
    out.push_back({"upstream_clients", parts_->upstream_clients.size()});
    out.push_back({"transactions", parts_->layer.size()});
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

} // namespace cord::engine::proxy
