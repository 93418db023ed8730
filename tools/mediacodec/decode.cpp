#include <fmt/format.h>

#include "commands.hpp"
#include "files.hpp"
#include "io/codec/converter.hpp"
#include "io/codec/sequencer.hpp"
#include "io/codec/stream_decoder.hpp"
#include "io/codec/wav.hpp"
#include "report.hpp"
#include "rtp_input.hpp"

namespace cord::mediacodec {

namespace {

// A file is read faster than it was sent, so waiting for a late packet costs nothing.
constexpr std::size_t reorder_window = 16;

/// Writes what it hears as one WAV, in the format of the first sound.
class WavFile final : public io::codec::Listener {
  public:
    WavFile(const StreamOptions &options, Output output) : options_(options), output_(std::move(output)) {}

    void sound(io::codec::PcmFormat format, io::codec::PcmView pcm) override {
        begin(format);
        if (converter_) {
            converted_.clear();
            converter_->convert(pcm, converted_);
            pcm = converted_;
        }
        io::codec::append_wav_samples(output_.pending(), pcm);
        octets_ += pcm.size() * 2;
    }

    void pause(io::codec::PcmFormat format, std::size_t frames) override {
        const io::codec::Pcm silence(frames * format.channels);
        sound(format, silence);
    }

    void event(const wire::rtp::Packet &, const wire::rtp::CodecSpec &, std::int64_t, std::int64_t) override {
    }

    void loss(std::uint32_t packets, io::codec::PcmFormat format, std::size_t concealed) override {
        if (options_.verbosity > 0 && format_)
            say(options_, fmt::format("at {:.3f} s: {} lost, {} ms concealed",
                                      static_cast<double>(octets_) / 2 / format_->channels / format_->rate,
                                      packets, concealed * 1000 / format.rate));
    }

    [[nodiscard]] Outcome<void> flush() { return output_.flush(); }

    [[nodiscard]] Outcome<void> finish() {
        if (converter_) {
            converted_.clear();
            converter_->finish(converted_);
            io::codec::append_wav_samples(output_.pending(), converted_);
            octets_ += converted_.size() * 2;
        }
        auto done = output_.flush();
        if (done && format_)
            output_.rewrite_beginning(io::codec::wav_header(*format_, octets_));
        return done;
    }

  private:
    void begin(io::codec::PcmFormat format) {
        if (!format_) {
            format_ = format;
            const auto header = io::codec::wav_header(format);
            output_.pending().insert(output_.pending().end(), header.begin(), header.end());
        }
        if (format == *format_)
            converter_.reset();
        else if (!converter_ || converter_->from() != format)
            converter_.emplace(format, *format_);
    }

    const StreamOptions &options_;
    Output output_;
    std::optional<io::codec::PcmFormat> format_;
    std::optional<io::codec::Converter> converter_;
    io::codec::Pcm converted_;
    std::uint64_t octets_ = 0;
};

} // namespace

Outcome<void> decode(const StreamOptions &options) {
    auto input = RtpInput::open(options);
    if (!input)
        return tl::unexpected(input.error());
    auto output = Output::open(options.out);
    if (!output)
        return tl::unexpected(output.error());

    WavFile wav(options, std::move(*output));
    io::codec::Sequencer sequencer(reorder_window);
    io::codec::StreamDecoder decoder({}, {}, wav);
    std::set<std::uint8_t> seen;
    auto drain = [&] {
        while (auto arrived = sequencer.pop())
            decoder.take(*arrived);
    };
    auto read = input->read(
        [&](const wire::rtp::Packet &packet) -> Outcome<void> {
            if (seen.insert(packet.payload_type()).second)
                if (auto spec = input->codec_of(packet.payload_type()))
                    decoder.know(packet.payload_type(), std::move(*spec));
            sequencer.push(packet);
            drain();
            return {};
        },
        [&] { return wav.flush(); });
    if (!read)
        return read;
    sequencer.finish();
    drain();
    if (auto done = wav.finish(); !done)
        return done;
    return report(options, *input, sequencer.counts(), decoder.counts());
}

} // namespace cord::mediacodec
