// Record data as DNS servers send them, taken apart.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "engine/resolve/dns.hpp"

namespace cord::io::resolve {

/// Nothing for data that are not of that type (RFC 1035 section 3.4.1, RFC 3596, RFC 2782, RFC 3403). Names
/// in them are not compressed, as a resolver hands them out; they come back in lower case without the last
/// dot.
[[nodiscard]] std::optional<engine::resolve::DnsRecord> parse_rdata(engine::resolve::RecordType type,
                                                                    base::Bytes data);

} // namespace cord::io::resolve
