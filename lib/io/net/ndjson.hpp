// The lines of --trace and --events (man 5 cordboard-trace), made without a JSON library: they are written
// for every message.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "engine/proxy/effect.hpp"
#include "engine/transaction/flow.hpp"

namespace cord::io::net {

/// One SIP message that came over `flow`, or left over it.
[[nodiscard]] std::string trace_line(base::UnixTime ts, std::string_view node,
                                     const engine::transaction::Flow &flow, bool outbound,
                                     base::Bytes message);

[[nodiscard]] std::string event_line(base::UnixTime ts, std::string_view node,
                                     const engine::proxy::Event &event);

} // namespace cord::io::net
