#include "engine/ng/commands.hpp"

namespace cord::engine::ng {

Outcome list(State &state, const Options &options, base::Now /*now*/) {
    if (options.bad_limit)
        return {error("invalid limit, must be >= 0"), {}, {}, {}};
    constexpr std::uint32_t default_limit = 32;
    const std::size_t limit = options.limit.value_or(default_limit);
    List ids;
    for (const auto &[id, call] : state.calls) {
        if (ids.size() == limit)
            break;
        ids.emplace_back(id);
    }
    return {Dict{{"result", "ok"}, {"calls", std::move(ids)}}, {}, {}, {}};
}

} // namespace cord::engine::ng
