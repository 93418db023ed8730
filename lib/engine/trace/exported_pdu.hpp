// What Wireshark exports of a protocol's upper layer (LINKTYPE_WIRESHARK_UPPER_PDU): the bytes of one layer,
// decrypted perhaps, behind tags that tell whence it came.
#pragma once

#include <optional>
#include <string_view>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "engine/trace/packet.hpp"

namespace cord::engine::trace {

struct ExportedPdu {
    std::string_view dissector; ///< "sip", "tls", …; a view of the frame, as the payload.
    Way way;
    std::uint32_t frame = 0; ///< Its number in the capture it was exported from; 0 when not told.
    Transport transport = Transport::udp;
    base::Bytes payload;

    /// Nothing when the tags do not end within the frame.
    [[nodiscard]] static std::optional<ExportedPdu> parse(base::Bytes frame);
};

} // namespace cord::engine::trace
