#include "engine/trace/live.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "engine/trace/times.hpp"

namespace cord::engine::trace {

// Where no more columns fit, the host that has been silent for longest gives up its place.
std::size_t LiveLadder::victim(std::size_t other) const {
    std::size_t oldest = places_.front().host == other ? 1 : 0;
    for (std::size_t i = 0; i < places_.size(); ++i)
        if (places_[i].host != other && places_[i].used < places_[oldest].used)
            oldest = i;
    return oldest;
}

std::size_t LiveLadder::place(std::size_t host, std::size_t other) {
    auto found = std::find_if(places_.begin(), places_.end(), [&](const Place &p) { return p.host == host; });
    if (found == places_.end()) {
        changed_ = true;
        const std::size_t most =
            std::min(TextPainter::most_columns(style_), base::limits::trace_live_columns);
        if (places_.size() < most)
            found = places_.insert(places_.end(), {host, 0});
        else
            found = places_.begin() + static_cast<std::ptrdiff_t>(victim(other));
        found->host = host;
    }
    found->used = messages_;
    return static_cast<std::size_t>(found - places_.begin());
}

std::string LiveLadder::add(const Call &call, const Entry &entry) {
    if (hosts_.size() > base::limits::trace_live_hosts) {
        hosts_ = Hosts();
        places_.clear();
        changed_ = true;
    }
    ++messages_;
    const auto [from, to] = hosts_.note(entry);
    if (std::erase_if(places_, [&](const Place &p) { return hosts_.is_gone(p.host); }) > 0)
        changed_ = true;
    const std::size_t first = place(from, to);
    const std::size_t second = place(to, from);
    LadderRow row = message_row(entry, {first, second});
    if (call.number > 0)
        row.label = fmt::format("#{} {}", call.number, row.label);

    const TextPainter painter(style_, places_.size(), TextPainter::pitch(style_, places_.size(), SIZE_MAX));
    std::string out;
    if (std::exchange(changed_, false)) {
        std::vector<std::string> names;
        for (const Place &p : places_)
            names.push_back(hosts_.label(p.host));
        out += '\n';
        painter.names(out, names);
    }
    const std::string time = clock_text(entry.at);
    painter.row(out, row, fmt::format("{:<19}", time));
    return out;
}

} // namespace cord::engine::trace
