#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "commands.hpp"
#include "files.hpp"
#include "io/codec/converter.hpp"
#include "io/codec/sequencer.hpp"
#include "io/codec/stream_decoder.hpp"
#include "io/codec/wav.hpp"
#include "pictures.hpp"
#include "report.hpp"
#include "rtp_input.hpp"

namespace cord::mediacodec {

namespace {

// A file is read faster than it was sent, so waiting for a late packet costs nothing.
constexpr std::size_t reorder_window = 16;

/// Writes what it hears as one WAV, in the format of the first sound. The file is made when there is some:
/// input of no use costs nobody an older file.
class WavFile final : public io::codec::Listener {
  public:
    explicit WavFile(const StreamOptions &options) : options_(options) {}

    /// Ogg Opus tells what at its beginning and end is no sound of the recording.
    void trim(const io::codec::OggOpusReader &ogg) {
        skip_ = ogg.pre_skip();
        end_ = ogg.end();
    }

    void sound(io::codec::PcmFormat format, io::codec::PcmView pcm) override {
        pcm = trimmed(format, pcm);
        if (pcm.empty() || !begin(format))
            return;
        if (converter_) {
            converted_.clear();
            converter_->convert(pcm, converted_);
            pcm = converted_;
        }
        io::codec::append_wav_samples(output_->pending(), pcm);
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

    [[nodiscard]] Outcome<void> flush() {
        if (failure_)
            return tl::unexpected(*failure_);
        return output_ ? output_->flush() : Outcome<void>{};
    }

    [[nodiscard]] Outcome<void> finish() {
        if (converter_) {
            converted_.clear();
            converter_->finish(converted_);
            io::codec::append_wav_samples(output_->pending(), converted_);
            octets_ += converted_.size() * 2;
        }
        auto done = flush();
        if (done && output_)
            output_->rewrite_beginning(io::codec::wav_header(*format_, octets_));
        return done;
    }

  private:
    /// RFC 7845 section 4: positions count 48000 a second.
    io::codec::PcmView trimmed(io::codec::PcmFormat format, io::codec::PcmView pcm) {
        const std::uint64_t from = position_;
        position_ += pcm.size() / format.channels * 48'000 / format.rate;
        auto samples = [&](std::uint64_t units) {
            return std::min<std::size_t>(units * format.rate / 48'000 * format.channels, pcm.size());
        };
        if (end_ && position_ > *end_)
            pcm = pcm.first(pcm.size() - samples(position_ - *end_));
        return from < skip_ ? pcm.subspan(samples(skip_ - from)) : pcm;
    }

    /// False when the file cannot be made.
    bool begin(io::codec::PcmFormat format) {
        if (!output_ && !create(format))
            return false;
        if (format == *format_)
            converter_.reset();
        else if (!converter_ || converter_->from() != format)
            converter_.emplace(format, *format_);
        return true;
    }

    bool create(io::codec::PcmFormat format) {
        auto output = failure_ ? tl::unexpected(*failure_) : Output::open(options_.out, options_.in);
        if (!output) {
            failure_ = output.error();
            return false;
        }
        output_.emplace(std::move(*output));
        format_ = format;
        const auto header = io::codec::wav_header(format);
        output_->pending().assign(header.begin(), header.end());
        return true;
    }

    const StreamOptions &options_;
    std::optional<Output> output_;
    std::optional<Failure> failure_;
    std::optional<io::codec::PcmFormat> format_;
    std::optional<io::codec::Converter> converter_;
    io::codec::Pcm converted_;
    std::uint64_t octets_ = 0;
    std::uint64_t skip_ = 0; // what follows, in units of 1/48000 s
    std::optional<std::uint64_t> end_;
    std::uint64_t position_ = 0;
};

/// What is made of the stream: a WAV or pictures, as its first known codec says.
class Decoding {
  public:
    Decoding(const StreamOptions &options, RtpInput &input)
        : options_(options), input_(input), wav_(options) {}

    void take(const wire::rtp::Packet &packet) {
        if (seen_.insert(packet.payload_type()).second)
            if (auto spec = input_.codec_of(packet.payload_type()))
                know(packet.payload_type(), std::move(*spec));
        if (input_.ogg())
            wav_.trim(*input_.ogg());
        sequencer_.push(packet);
        drain();
    }

    Outcome<void> flush() { return pictures_ ? pictures_->flush() : wav_.flush(); }

    Outcome<void> finish() {
        sequencer_.finish();
        drain();
        if (auto done = pictures_ ? pictures_->finish() : wav_.finish(); !done)
            return done;
        if (pictures_)
            return report(options_, input_, sequencer_.counts(), pictures_->source(), pictures_->counts());
        return report(options_, input_, sequencer_.counts(), decoder_.counts());
    }

  private:
    void know(std::uint8_t payload_type, wire::rtp::CodecSpec spec) {
        if (!known_ && io::codec::is_video(spec))
            pictures_.emplace(options_);
        known_ = true;
        if (pictures_)
            pictures_->know(payload_type, spec);
        else
            decoder_.know(payload_type, std::move(spec));
    }

    void drain() {
        while (auto arrived = sequencer_.pop())
            if (pictures_)
                pictures_->take(*arrived);
            else
                decoder_.take(*arrived);
    }

    const StreamOptions &options_;
    RtpInput &input_;
    WavFile wav_;
    std::optional<PictureFile> pictures_;
    io::codec::Sequencer sequencer_{reorder_window};
    io::codec::StreamDecoder decoder_{{}, {}, wav_};
    std::set<std::uint8_t> seen_;
    bool known_ = false; // one of them
};

} // namespace

Outcome<void> decode(const StreamOptions &options) {
    auto input = RtpInput::open(options);
    if (!input)
        return tl::unexpected(input.error());
    Decoding decoding(options, *input);
    auto read = input->read(
        [&](const wire::rtp::Packet &packet) -> Outcome<void> {
            decoding.take(packet);
            return {};
        },
        [&] { return decoding.flush(); });
    return read ? decoding.finish() : read;
}

} // namespace cord::mediacodec
