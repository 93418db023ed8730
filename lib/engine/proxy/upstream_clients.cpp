#include "engine/proxy/upstream_clients.hpp"

#include <algorithm>
#include <utility>

namespace cord::engine::proxy {

void UpstreamClients::put(locate::Binding client, std::size_t of_user, std::size_t of_all) {
    const std::string aor = locate::aor_key(client);
    aors_[client.ruid] = aor;
    if (auto known = table_.put(std::move(client)))
        lost_.erase({known->expires, known->ruid});
    const auto &clients = table_.of(aor);
    auto lost = std::find_if(clients.begin(), clients.end(),
                             [](const locate::Binding &known) { return !known.reachable; });
    if (clients.size() > of_user && lost != clients.end())
        remove(aor, std::string(lost->ruid));
    if (size() > of_all && !lost_.empty()) {
        const std::string token = lost_.begin()->second;
        remove(std::string(aors_.at(token)), token);
    }
}

void UpstreamClients::remove(std::string_view aor, std::string_view token) {
    if (auto client = table_.remove(aor, token))
        forget(*client);
}

void UpstreamClients::remove_all(std::string_view aor) {
    for (const locate::Binding &client : std::vector<locate::Binding>(table_.of(aor)))
        remove(aor, client.ruid);
}

void UpstreamClients::lose(const transaction::Flow &flow) {
    for (locate::Binding &client : table_.remove_flow(flow)) {
        client.reachable = false;
        client.flow.connection = 0;
        lost_.emplace(client.expires, client.ruid);
        table_.put(std::move(client));
    }
}

void UpstreamClients::expire(base::UnixTime now) {
    for (const locate::Binding &client : table_.remove_expired(now))
        forget(client);
}

void UpstreamClients::forget(const locate::Binding &client) {
    aors_.erase(client.ruid);
    lost_.erase({client.expires, client.ruid});
}

const locate::Binding *UpstreamClients::find(std::string_view token) const {
    auto aor = aors_.find(token);
    if (aor == aors_.end())
        return nullptr;
    const auto &clients = table_.of(aor->second);
    auto found = std::find_if(clients.begin(), clients.end(),
                              [&](const locate::Binding &client) { return client.ruid == token; });
    return found == clients.end() ? nullptr : &*found;
}

} // namespace cord::engine::proxy
