#include "io/codec/video_file.hpp"

#include <utility>

#include "wire/rtp/vp8.hpp"

namespace cord::io::codec {

static constexpr std::string_view ivf_magic = "DKIF";
static constexpr std::string_view ivf_vp8 = "VP80";

bool VideoFileReader::recognises(base::Bytes beginning) {
    return base::as_text(beginning).starts_with(ivf_magic) ||
           (!beginning.empty() && AnnexBReader::recognises(beginning));
}

void VideoFileReader::feed(base::Bytes bytes) {
    is_ivf_ = is_ivf_.value_or(base::as_text(bytes).starts_with(ivf_magic));
    if (*is_ivf_)
        ivf_.feed(bytes);
    else
        annex_b_.feed(bytes);
}

base::Result<std::optional<std::vector<std::uint8_t>>> VideoFileReader::next() {
    while (waiting_.empty()) {
        auto frame = is_ivf_.value_or(true) ? next_of_ivf() : next_of_annex_b();
        if (!frame)
            return tl::unexpected(frame.error());
        if (!*frame)
            return std::nullopt;
        if (!packetizer_)
            packetizer_.emplace(make_video_payload(codec_), video_file_payload_type, wire::rtp::StreamStart{},
                                [this](base::Bytes rtp) { waiting_.emplace_back(rtp.begin(), rtp.end()); });
        packetizer_->frame((*frame)->frame, (*frame)->time);
    }
    auto packet = std::move(waiting_.front());
    waiting_.pop_front();
    return packet;
}

base::Result<std::optional<VideoFileReader::Timed>> VideoFileReader::next_of_ivf() {
    auto frame = ivf_.next();
    if (!frame)
        return tl::unexpected(frame.error());
    if (!*frame)
        return std::nullopt;
    const IvfHeader &header = *ivf_.header();
    if (header.codec != ivf_vp8)
        return base::fail("the IVF holds another codec than VP8");
    codec_ = {"vp8", video_clock, 1, {}};
    // As numbers that wrap: a time beyond what 64 bits can say is one of a damaged file.
    const auto time = static_cast<std::int64_t>((*frame)->time * video_clock * header.scale / header.rate);
    return Timed{time, std::move((*frame)->bytes)};
}

base::Result<std::optional<VideoFileReader::Timed>> VideoFileReader::next_of_annex_b() {
    auto unit = annex_b_.next();
    if (!unit)
        return tl::unexpected(unit.error());
    if (!*unit)
        return std::nullopt;
    codec_ = {"h264", video_clock, 1, {{"packetization-mode", "1"}}};
    return Timed{units_++ * (video_clock / 30), std::move(**unit)};
}

VideoFileWriter::VideoFileWriter(std::uint8_t payload_type, const wire::rtp::CodecSpec &codec)
    : source_({{payload_type, codec}}, [this](const VideoSource::Frame &frame) { write(frame); }) {}

void VideoFileWriter::packet(const wire::rtp::Packet &rtp, std::vector<std::uint8_t> &out) {
    out_ = &out;
    source_.take({rtp, !std::exchange(begun_, true), 0});
}

void VideoFileWriter::finish(std::vector<std::uint8_t> &out) {
    out_ = &out;
    source_.finish();
}

void VideoFileWriter::write(const VideoSource::Frame &frame) {
    if (frame.codec.name == "h264") {
        out_->insert(out_->end(), frame.bytes.begin(), frame.bytes.end());
        return;
    }
    if (!header_) {
        auto size = wire::rtp::vp8_key_frame(frame.bytes);
        if (!size)
            return;
        header_ = IvfHeader{std::string(ivf_vp8), size->width, size->height, video_clock, 1};
        const auto header = ivf_header(*header_, 0);
        out_->insert(out_->end(), header.begin(), header.end());
    }
    append_ivf_frame(*out_, static_cast<std::uint64_t>(frame.time), frame.bytes);
    ++frames_;
}

std::vector<std::uint8_t> VideoFileWriter::beginning() const {
    return header_ ? ivf_header(*header_, frames_) : std::vector<std::uint8_t>{};
}

} // namespace cord::io::codec
