// DNS as engines see it: questions to ask and records that come back, already taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"

namespace cord::engine::resolve {

enum class RecordType : std::uint8_t { naptr, srv, a, aaaa };

/// Names are compared as they are: lower case, without a dot at the end.
struct DnsQuestion {
    RecordType type = RecordType::a;
    std::string name;

    auto operator<=>(const DnsQuestion &) const = default;
};

/// RFC 3403 section 4.1.
struct Naptr {
    std::uint16_t order = 0;
    std::uint16_t preference = 0;
    std::string flags;
    std::string service;
    std::string replacement;
};

/// RFC 2782.
struct Srv {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    std::string target; ///< Empty for ".": the service is decidedly not available there.
};

using DnsRecord = std::variant<Naptr, Srv, base::IpAddress>;

/// No records for a name that does not exist or has none of that type; `failed` when nobody could tell.
struct DnsAnswer {
    std::vector<DnsRecord> records;
    bool failed = false;
};

} // namespace cord::engine::resolve
