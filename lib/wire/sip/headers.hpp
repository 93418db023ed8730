// Typed views of single headers, decoded when asked for. One that is absent and may be is an empty optional;
// one that is there and malformed is an error, with its offset in the message.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "wire/sip/message.hpp"
#include "wire/sip/name_addr.hpp"
#include "wire/sip/uri.hpp"
#include "wire/sip/via.hpp"

namespace cord::wire::sip {

struct CSeq {
    std::uint32_t number = 0;
    std::string_view method_name;
    Method method = Method::other;

    /// RFC 3261 section 8.1.1.5: the number "MUST be less than 2**31".
    [[nodiscard]] static base::Result<CSeq> parse(std::string_view text);
};

/// Headers that every request and response must carry (RFC 3261 section 8.1.1).
struct CoreHeaders {
    Via via; ///< The topmost.
    NameAddr from;
    NameAddr to;
    CSeq cseq;
    Uri request_uri; ///< Of a request.
};

// Each of them alone; their absence is an error, too. Of a message that was found valid they are at hand.
[[nodiscard]] base::Result<Uri> request_uri(const Message &m);
[[nodiscard]] base::Result<Via> top_via(const Message &m);
[[nodiscard]] base::Result<NameAddr> from(const Message &m);
[[nodiscard]] base::Result<NameAddr> to(const Message &m);
[[nodiscard]] base::Result<CSeq> cseq(const Message &m);

// Numbers. RFC 3261 section 20.22: Max-Forwards is 0 to 255. Of an Expires too large for 32 bits
// section 20.19 says "malformed"; the registrar then takes its own default.
[[nodiscard]] base::Result<std::optional<std::uint32_t>> max_forwards(const Message &m);
[[nodiscard]] base::Result<std::optional<std::uint32_t>> max_breadth(const Message &m); ///< RFC 5393.
[[nodiscard]] base::Result<std::optional<std::uint32_t>> expires(const Message &m);

/// The topmost Route, and whatever else is a name-addr: Record-Route, Path, Refer-To, Contact of an INVITE.
[[nodiscard]] base::Result<std::optional<NameAddr>> first_name_addr(const Message &m, HeaderId id);

/// RFC 3261 section 10.2.2: `Contact: *`, alone.
[[nodiscard]] bool is_wildcard_contact(const Message &m);

/// Whether a list header (Supported, Require, Allow, …) names this token, in any case.
[[nodiscard]] bool lists(const Message &m, HeaderId id, std::string_view token);

} // namespace cord::wire::sip
