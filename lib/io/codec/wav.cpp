#include "io/codec/wav.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "io/codec/g711.hpp"
#include "io/codec/little_endian.hpp"

namespace cord::io::codec {

namespace {

using little::load16;
using little::load32;

void put16(std::vector<std::uint8_t> &out, std::uint16_t v) { little::put(out, v, 2); }
void put32(std::vector<std::uint8_t> &out, std::uint32_t v) { little::put(out, v, 4); }
void put_text(std::vector<std::uint8_t> &out, std::string_view s) { base::ByteWriter(out).text(s); }

// wFormatTag.
constexpr unsigned tag_pcm = 1;
constexpr unsigned tag_float = 3;
constexpr unsigned tag_a_law = 6;
constexpr unsigned tag_mu_law = 7;
constexpr unsigned tag_extensible = 0xfffe;

// Writers to a pipe put a length here that no one can know: 0, or one near what 31 or 32 bits hold.
constexpr bool is_unknown_length(std::uint32_t length) { return length == 0 || length >= 0x7ffff000; }

constexpr std::size_t max_format_chunk = 4096;

std::int16_t from_float(float value) {
    if (!std::isfinite(value))
        return 0;
    return static_cast<std::int16_t>(std::lrint(std::clamp(value, -1.0F, 1.0F) * 32767.0F));
}

} // namespace

base::Result<void> WavReader::feed(base::Bytes bytes, Pcm &out) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    for (;;) {
        auto more = step(out);
        if (!more)
            return tl::unexpected(more.error());
        if (!*more)
            return {};
    }
}

/// Reads the next part; false while bytes are missing.
base::Result<bool> WavReader::step(Pcm &out) {
    switch (state_) {
    case State::riff: return read_riff();
    case State::chunk: return read_chunk();
    case State::format: return read_format();
    case State::skip: return skip();
    case State::data: return read_data(out);
    case State::after: at_ = buffer_.size(); return false;
    }
    return false;
}

base::Result<bool> WavReader::read_riff() {
    if (waiting().size() < 12)
        return false;
    std::string_view text = base::as_text(waiting());
    if (text.substr(0, 4) != "RIFF" || text.substr(8, 4) != "WAVE")
        return base::fail("no WAV: it does not begin with RIFF and WAVE");
    at_ += 12;
    state_ = State::chunk;
    return true;
}

base::Result<bool> WavReader::read_chunk() {
    if (waiting().size() < 8)
        return false;
    std::string_view name = base::as_text(waiting().first(4));
    const std::uint32_t length = load32(waiting().data() + 4);
    state_ = name == "fmt " ? State::format : name == "data" ? State::data : State::skip;
    left_ = length;
    if (state_ == State::format && (length < 16 || length > max_format_chunk))
        return base::fail("the fmt chunk of the WAV is too short or too long");
    if (state_ == State::data) {
        if (!format_)
            return base::fail("the WAV has data before its fmt chunk");
        if (is_unknown_length(length))
            left_ = open_end;
    } else {
        left_ += length % 2; // chunks are padded to 16 bits
    }
    at_ += 8;
    return true;
}

base::Result<bool> WavReader::read_format() {
    if (waiting().size() < left_)
        return false;
    const std::uint8_t *p = waiting().data();
    unsigned tag = load16(p);
    const unsigned channels = load16(p + 2);
    const std::uint32_t rate = load32(p + 4);
    const unsigned bits = load16(p + 14);
    // The sub-format GUID begins with the tag it stands for.
    if (tag == tag_extensible && left_ >= 26)
        tag = load16(p + 24);
    at_ += left_;
    state_ = State::chunk;
    if (channels < 1 || channels > 2)
        return base::fail("a WAV of one or two channels is needed");
    if (rate < 1000 || rate > 192'000)
        return base::fail("a WAV of 1000 to 192000 Hz is needed");
    if (tag == tag_pcm && (bits == 8 || bits == 16 || bits == 24 || bits == 32))
        coding_ = bits == 8    ? Coding::pcm8
                  : bits == 16 ? Coding::pcm16
                  : bits == 24 ? Coding::pcm24
                               : Coding::pcm32;
    else if (tag == tag_float && bits == 32)
        coding_ = Coding::float32;
    else if ((tag == tag_a_law || tag == tag_mu_law) && bits == 8)
        coding_ = tag == tag_a_law ? Coding::a_law : Coding::mu_law;
    else
        return base::fail("the coding of the WAV is not PCM, 32-bit float, A-law or mu-law");
    sample_size_ = bits / 8;
    format_ = PcmFormat{rate, static_cast<std::uint8_t>(channels)};
    return true;
}

bool WavReader::skip() {
    const std::size_t some = std::min<std::uint64_t>(left_, waiting().size());
    at_ += some;
    left_ -= some;
    if (left_ > 0)
        return false;
    state_ = State::chunk;
    return true;
}

bool WavReader::read_data(Pcm &out) {
    const std::size_t frame = sample_size_ * format_->channels;
    std::size_t some = std::min<std::uint64_t>(left_, waiting().size());
    some -= some % frame;
    for (std::size_t n = 0; n < some; n += sample_size_)
        out.push_back(sample(waiting().data() + n));
    at_ += some;
    if (left_ == open_end)
        return false;
    left_ -= some;
    if (left_ >= frame)
        return false;
    state_ = State::after;
    return true;
}

std::int16_t WavReader::sample(const std::uint8_t *p) const {
    switch (coding_) {
    case Coding::pcm8: return static_cast<std::int16_t>((p[0] - 128) * 256);
    case Coding::pcm16: return static_cast<std::int16_t>(load16(p));
    case Coding::pcm24: return static_cast<std::int16_t>(load16(p + 1));
    case Coding::pcm32: return static_cast<std::int16_t>(load16(p + 2));
    case Coding::float32: return from_float(std::bit_cast<float>(load32(p)));
    case Coding::a_law: return g711::from_a_law(*p);
    case Coding::mu_law: return g711::from_mu_law(*p);
    }
    return 0;
}

std::vector<std::uint8_t> wav_header(PcmFormat format, std::optional<std::uint64_t> data_octets) {
    const std::uint64_t data = std::min<std::uint64_t>(data_octets.value_or(UINT32_MAX), UINT32_MAX - 36);
    const auto frame = static_cast<std::uint16_t>(2 * format.channels);
    std::vector<std::uint8_t> out;
    put_text(out, "RIFF");
    put32(out, static_cast<std::uint32_t>(data + 36));
    put_text(out, "WAVEfmt ");
    put32(out, 16);
    put16(out, tag_pcm);
    put16(out, format.channels);
    put32(out, format.rate);
    put32(out, format.rate * frame);
    put16(out, frame);
    put16(out, 16);
    put_text(out, "data");
    put32(out, static_cast<std::uint32_t>(data));
    return out;
}

void append_wav_samples(std::vector<std::uint8_t> &out, PcmView pcm) {
    for (std::int16_t s : pcm)
        put16(out, static_cast<std::uint16_t>(s));
}

} // namespace cord::io::codec
