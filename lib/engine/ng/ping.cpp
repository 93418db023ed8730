#include "engine/ng/commands.hpp"

namespace cord::engine::ng {

Outcome ping(State & /*state*/, const Options & /*options*/, base::Now /*now*/) {
    return {Dict{{"result", "pong"}}, {}, {}, {}};
}

} // namespace cord::engine::ng
