// Opus (RFC 6716, RFC 7587) by libopus, opened at the rate of the sound on the other side.
#pragma once

#include <memory>

#include "io/codec/codec.hpp"

namespace cord::io::codec {

[[nodiscard]] base::Result<std::unique_ptr<Decoder>> make_opus_decoder(const CodecSpec &, PcmFormat wanted);
[[nodiscard]] base::Result<std::unique_ptr<Encoder>> make_opus_encoder(const CodecSpec &, PcmFormat source);

/// How long a packet of Opus is, in units of 1/48000 s; 0 when it is none.
[[nodiscard]] std::uint32_t opus_duration(base::Bytes packet);

} // namespace cord::io::codec
