// A codec as SDP names it, `opus/48000/2;useinbandfec=1`, and which payload types stand for which:
// `111=opus/48000/2 101=telephone-event/8000`, in command lines, between tools and toward codec workers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace cord::wire::rtp {

struct CodecSpec {
    std::string name;             // lower case
    std::uint32_t clock_rate = 0; // 0: not said
    std::uint8_t channels = 0;    // 0: not said
    std::vector<std::pair<std::string, std::string>> parameters;

    /// NAME[/RATE[/CHANNELS]][;PARAMETER[=VALUE]]…, without blanks.
    [[nodiscard]] static base::Result<CodecSpec> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
    /// The parameter as a number, or nothing when absent or no number.
    [[nodiscard]] std::optional<std::uint32_t> number(std::string_view name) const;

    bool operator==(const CodecSpec &) const = default;
};

using PayloadMap = std::map<std::uint8_t, CodecSpec>;

/// `PT=CODEC PT=CODEC…`, separated by blanks.
[[nodiscard]] base::Result<PayloadMap> parse_payload_map(std::string_view text);
[[nodiscard]] std::string payload_map_text(const PayloadMap &map);

/// What RFC 3551 section 6 fixes for a payload type below 35, as far as it is audio or H.263.
[[nodiscard]] std::optional<CodecSpec> static_codec(std::uint8_t payload_type);

} // namespace cord::wire::rtp
