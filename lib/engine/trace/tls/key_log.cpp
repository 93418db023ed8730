#include "engine/trace/tls/key_log.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace cord::engine::trace::tls {

// Lines end with LF, CR or both.
void KeyLog::add(std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find_first_of("\r\n"), lines.size());
        add_line(base::trim(lines.substr(0, end)));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
}

void KeyLog::add_line(std::string_view line) {
    const auto [label, rest] = base::cut(line, ' ');
    const auto [random_hex, secret_hex] = base::cut(rest, ' ');
    const auto random = base::from_hex(random_hex);
    auto secret = base::from_hex(base::trim(secret_hex));
    if (line.starts_with('#') || !random || random->size() != sizeof(Random) || !secret || secret->empty() ||
        secrets_.size() >= base::limits::trace_secrets)
        return;
    Random key;
    std::copy(random->begin(), random->end(), key.begin());
    secrets_[{key, std::string(label)}] = *std::move(secret);
}

base::Bytes KeyLog::find(std::string_view label, const Random &client_random) const {
    const auto found = secrets_.find(std::pair{client_random, std::string(label)});
    return found == secrets_.end() ? base::Bytes{} : base::as_bytes(found->second);
}

bool KeyLog::knows(const Random &client_random) const {
    const auto found = secrets_.lower_bound(std::pair{client_random, std::string()});
    return found != secrets_.end() && found->first.first == client_random;
}

} // namespace cord::engine::trace::tls
