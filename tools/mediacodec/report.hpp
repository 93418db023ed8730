// The words about a stream on stderr: what was lost and mended, and what kept it from being decoded.
#pragma once

#include "io/codec/sequencer.hpp"
#include "io/codec/stream_decoder.hpp"
#include "io/codec/video_transcoder.hpp"
#include "rtp_input.hpp"

namespace cord::mediacodec {

/// One line on stderr, unless -q.
void say(const StreamOptions &options, const std::string &words);

/// Says what of the input could not be read, and which codecs nothing is known of. Fails with 65 when there
/// was no RTP.
[[nodiscard]] Outcome<void> report_input(const StreamOptions &options, const RtpInput &input);

/// That, and what was not as it should be; with -v also what was. Fails with 65 when nothing at all was
/// decoded.
[[nodiscard]] Outcome<void> report(const StreamOptions &options, const RtpInput &input,
                                   const io::codec::Sequencer::Counts &arrivals,
                                   const io::codec::StreamDecoder::Counts &decoded);
/// The same of pictures.
[[nodiscard]] Outcome<void> report(const StreamOptions &options, const RtpInput &input,
                                   const io::codec::Sequencer::Counts &arrivals,
                                   const io::codec::VideoSource &source,
                                   const io::codec::VideoTranscoder::Counts &decoded);

} // namespace cord::mediacodec
