#include "pictures.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "report.hpp"

namespace cord::mediacodec {

using io::codec::Picture;
using io::codec::video_clock;

void PictureFile::take(const io::codec::VideoSource::Frame &frame) {
    if (frame.fresh)
        decoder_.reset();
    if (!decoder_ && !failure_) {
        auto decoder = io::codec::make_video_decoder(frame.codec);
        if (decoder)
            decoder_ = std::move(*decoder);
        else
            failure_ = Failure{io::cli::wrong_usage,
                               fmt::format("{}: {}", frame.codec.text(), decoder.error().text())};
    }
    if (failure_)
        return;
    pictures_.clear();
    if (!decoder_->decode(frame.bytes, pictures_))
        ++counts_.damaged;
    for (Picture &picture : pictures_) {
        ++counts_.pictures;
        show(std::move(picture), frame.time);
    }
}

void PictureFile::show(Picture picture, std::int64_t time) {
    if (!last_) {
        first_time_ = time;
    } else if (step_ == 0) {
        // 1 to 120 pictures a second; the first two tell.
        const std::int64_t step = time - first_time_;
        step_ = step >= video_clock / 120 && step <= video_clock ? step : video_clock / 30;
    }
    if (last_) {
        const std::int64_t place = (time - first_time_ + step_ / 2) / step_;
        write(std::max<std::int64_t>(place - written_, 0));
    }
    const bool fits = !last_ || (last_->width == picture.width && last_->height == picture.height);
    last_ = fits ? std::move(picture) : scaled(picture, last_->width, last_->height);
}

/// Writes the last picture so many times.
void PictureFile::write(std::int64_t count) {
    if (!output_ && !failure_) {
        auto output = Output::open(options_.out, options_.in);
        if (output)
            output_.emplace(std::move(*output));
        else
            failure_ = output.error();
        if (output_)
            io::codec::append_y4m_header(output_->pending(), {last_->width, last_->height, video_clock,
                                                              static_cast<std::uint32_t>(step_)});
    }
    for (; count > 0 && !failure_; --count, ++written_) {
        io::codec::append_y4m(output_->pending(), *last_);
        // A gap of a minute is long, in pictures.
        if (auto done = output_->flush(); !done)
            failure_ = done.error();
    }
}

Outcome<void> PictureFile::flush() {
    if (failure_)
        return tl::unexpected(*failure_);
    return output_ ? output_->flush() : Outcome<void>{};
}

Outcome<void> PictureFile::finish() {
    source_.finish();
    if (step_ == 0)
        step_ = video_clock / 30;
    if (last_)
        write(1);
    return flush();
}

namespace {

/// One source of RTP made of pictures, begun with the header of the Y4M.
class PictureEncoding {
  public:
    [[nodiscard]] static Outcome<std::unique_ptr<PictureEncoding>>
    begin(const StreamOptions &options, const NamedCodec &codec, const io::codec::Y4mHeader &header) {
        auto spec = io::codec::completed(codec.spec);
        auto wanted = spec ? io::codec::video_format(*spec)
                           : base::Result<io::codec::VideoFormat>(tl::unexpected(spec.error()));
        if (wanted && wanted->width == 0)
            *wanted = {header.width, header.height, wanted->kbit_s};
        auto encoder =
            wanted ? io::codec::make_video_encoder(*spec, *wanted)
                   : base::Result<std::unique_ptr<io::codec::VideoEncoder>>(tl::unexpected(wanted.error()));
        if (!encoder)
            return failure(io::cli::wrong_usage,
                           fmt::format("{}: {}", codec.spec.text(), encoder.error().text()));
        const std::uint8_t type = codec.payload_type.value_or(io::codec::usual_payload_type(*spec));
        auto output = RtpOutput::open(options, forced_format(options).value_or(wire::rtp::Format::framed),
                                      {{type, *spec}}, type);
        if (!output)
            return tl::unexpected(output.error());
        return std::unique_ptr<PictureEncoding>(new PictureEncoding(
            std::move(*output), std::move(*encoder), type, *spec, chosen_ssrc(options), header));
    }

    [[nodiscard]] Outcome<void> take(const Picture &picture) {
        const io::codec::VideoFormat &made = encoder_->format();
        const bool fits = picture.width == made.width && picture.height == made.height;
        const auto time = static_cast<std::int64_t>(count_ * video_clock * header_.scale / header_.rate);
        frame_.clear();
        if (!encoder_->encode(fits ? picture : scaled(picture, made.width, made.height), time, count_ == 0,
                              frame_))
            return failure(io::cli::io_error, "a picture could not be encoded");
        ++count_;
        if (!frame_.empty())
            packetizer_.frame(frame_, time);
        return output_.flush();
    }

    [[nodiscard]] Outcome<void> finish() { return output_.finish(); }

  private:
    PictureEncoding(RtpOutput output, std::unique_ptr<io::codec::VideoEncoder> encoder, std::uint8_t type,
                    const wire::rtp::CodecSpec &spec, std::uint32_t ssrc, const io::codec::Y4mHeader &header)
        : output_(std::move(output)), encoder_(std::move(encoder)), header_(header),
          packetizer_(io::codec::make_video_payload(spec), type, {ssrc, 0, 0},
                      [this](base::Bytes rtp) { output_.packet(rtp); }) {}

    RtpOutput output_;
    std::unique_ptr<io::codec::VideoEncoder> encoder_;
    io::codec::Y4mHeader header_;
    io::codec::VideoPacketizer packetizer_;
    std::vector<std::uint8_t> frame_;
    std::uint64_t count_ = 0; // pictures
};

} // namespace

Outcome<void> encode_pictures(const StreamOptions &options, const NamedCodec &codec, Input &input) {
    io::codec::Y4mReader reader;
    std::unique_ptr<PictureEncoding> encoding;
    for (;;) {
        auto bytes = input.read();
        if (!bytes)
            return tl::unexpected(bytes.error());
        if (bytes->empty())
            break;
        reader.feed(*bytes);
        for (;;) {
            auto picture = reader.next();
            if (!picture)
                return failure(io::cli::bad_data, std::string(picture.error().text()));
            if (!*picture)
                break;
            if (!encoding) {
                auto begun = PictureEncoding::begin(options, codec, *reader.header());
                if (!begun)
                    return tl::unexpected(begun.error());
                encoding = std::move(*begun);
            }
            if (auto done = encoding->take(**picture); !done)
                return done;
        }
    }
    if (!encoding)
        return failure(io::cli::bad_data, "the Y4M ends before its first picture");
    if (reader.cut())
        say(options, "the Y4M ends within a picture");
    return encoding->finish();
}

} // namespace cord::mediacodec
