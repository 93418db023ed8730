// Codecs whose payload is a row of samples on their own: PCMU, PCMA and L16.
#pragma once

#include <memory>

#include "io/codec/codec.hpp"

namespace cord::io::codec {

[[nodiscard]] base::Result<std::unique_ptr<Decoder>> make_waveform_decoder(const CodecSpec &,
                                                                           PcmFormat wanted);
[[nodiscard]] base::Result<std::unique_ptr<Encoder>> make_waveform_encoder(const CodecSpec &,
                                                                           PcmFormat source);

} // namespace cord::io::codec
