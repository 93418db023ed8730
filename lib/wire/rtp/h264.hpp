// Payloads of H.264 (RFC 6184): NAL units alone, several together (STAP-A) or in pieces (FU-A); and the byte
// stream of H.264's Annex B that decoders and files have, where each unit follows a start code.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace cord::wire::rtp {

/// nal_unit_type, and the ones that RFC 6184 section 5.2 adds for payloads.
enum class NalType : std::uint8_t {
    slice = 1,
    partition_a = 2,
    partition_b = 3,
    partition_c = 4,
    key_slice = 5, // of an IDR picture
    sei = 6,
    sequence_parameters = 7,
    picture_parameters = 8,
    delimiter = 9, // before an access unit
    stap_a = 24,
    fu_a = 28,
};

/// Of a unit that is not empty.
[[nodiscard]] inline NalType nal_type(base::Bytes unit) { return static_cast<NalType>(unit[0] & 0x1f); }
[[nodiscard]] bool is_slice(NalType type);
/// Whether the unit can be the first of a picture: parameters and the like, or a slice of its first
/// macroblock.
[[nodiscard]] bool can_begin_picture(base::Bytes unit);

/// The units of a byte stream, without start codes; views.
[[nodiscard]] std::vector<base::Bytes> nal_units(base::Bytes stream);
void append_nal_unit(std::vector<std::uint8_t> &stream, base::Bytes unit);

/// Puts payloads together: the units of each follow in the byte stream.
class H264Unpacker {
  public:
    /// After an error `stream` may end within a unit.
    [[nodiscard]] base::Result<void> unpack(base::Bytes payload, std::vector<std::uint8_t> &stream);
    /// A piece of a unit that is in no order with the one before is to be refused.
    void forget() { open_ = false; }
    /// As `can_begin_picture`, of the first unit in the payload.
    [[nodiscard]] static bool can_begin(base::Bytes payload);

  private:
    [[nodiscard]] static base::Result<void> unpack_stap(base::Bytes payload,
                                                        std::vector<std::uint8_t> &stream);
    [[nodiscard]] base::Result<void> unpack_fu(base::Bytes payload, std::vector<std::uint8_t> &stream);

    bool open_ = false; // a unit of which a piece has come, and the last one has not
};

enum class PacketizationMode { single_unit = 0, non_interleaved = 1 };

/// The payloads of the units, each of `most` octets at most but for units that are longer in single-unit
/// mode.
void pack_h264(const std::vector<base::Bytes> &units, PacketizationMode mode, std::size_t most,
               std::vector<std::vector<std::uint8_t>> &out);

} // namespace cord::wire::rtp
