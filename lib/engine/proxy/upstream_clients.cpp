#include "engine/proxy/upstream_clients.hpp"

#include <algorithm>
#include <utility>

namespace cord::engine::proxy {

void UpstreamClients::put(locate::Binding client, std::size_t most) {
    const std::string aor = locate::aor_key(client);
    aors_[client.ruid] = aor;
    table_.put(std::move(client));
    const auto &clients = table_.of(aor);
    auto lost = std::find_if(clients.begin(), clients.end(),
                             [](const locate::Binding &known) { return !known.reachable; });
    if (clients.size() > most && lost != clients.end())
        remove(aor, std::string(lost->ruid));
}

void UpstreamClients::remove(std::string_view aor, std::string_view token) {
    if (table_.remove(aor, token))
        aors_.erase(aors_.find(token));
}

void UpstreamClients::remove_all(std::string_view aor) {
    for (const locate::Binding &client : std::vector<locate::Binding>(table_.of(aor)))
        remove(aor, client.ruid);
}

void UpstreamClients::lose(const transaction::Flow &flow) {
    for (locate::Binding &client : table_.remove_flow(flow)) {
        client.reachable = false;
        client.flow.connection = 0;
        table_.put(std::move(client));
    }
}

void UpstreamClients::expire(base::UnixTime now) {
    for (const locate::Binding &client : table_.remove_expired(now))
        aors_.erase(client.ruid);
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
