// WAV in streams of any length: a reader fed piece by piece, and the header for a writer that may not know
// the end.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/codec/pcm.hpp"

namespace cord::io::codec {

class WavReader {
  public:
    /// Appends the sound in `bytes`, as 16 bits. An error is final.
    [[nodiscard]] base::Result<void> feed(base::Bytes bytes, Pcm &out);
    /// Known once the header has been read.
    [[nodiscard]] std::optional<PcmFormat> format() const { return format_; }
    /// Whether the data chunk said a length that has not come.
    [[nodiscard]] bool cut() const { return state_ != State::after && left_ != open_end && left_ > 0; }

  private:
    enum class State { riff, chunk, format, skip, data, after };
    static constexpr std::uint64_t open_end = UINT64_MAX;

    [[nodiscard]] base::Result<bool> step(Pcm &out);
    [[nodiscard]] base::Bytes waiting() const { return base::Bytes(buffer_).subspan(at_); }
    [[nodiscard]] base::Result<bool> read_riff();
    [[nodiscard]] base::Result<bool> read_chunk();
    [[nodiscard]] base::Result<bool> read_format();
    [[nodiscard]] bool skip();
    [[nodiscard]] bool read_data(Pcm &out);

    enum class Coding { pcm8, pcm16, pcm24, pcm32, float32, a_law, mu_law };
    [[nodiscard]] std::int16_t sample(const std::uint8_t *p) const;

    std::vector<std::uint8_t> buffer_;
    std::size_t at_ = 0;
    State state_ = State::riff;
    std::uint64_t left_ = 0; // octets of the chunk
    std::optional<PcmFormat> format_;
    Coding coding_ = Coding::pcm16;
    std::size_t sample_size_ = 2;
};

/// The 44 octets before 16-bit samples. Without a length, as toward a pipe, readers go on to the end of the
/// stream.
[[nodiscard]] std::vector<std::uint8_t> wav_header(PcmFormat format,
                                                   std::optional<std::uint64_t> data_octets = {});
/// Appends the samples as WAV holds them: little-endian.
void append_wav_samples(std::vector<std::uint8_t> &out, PcmView pcm);

} // namespace cord::io::codec
