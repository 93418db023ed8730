#include "io/codec/video_file.hpp"

#include <utility>

#include "wire/rtp/vp8.hpp"

namespace cord::io::codec {

static constexpr std::string_view ivf_magic = "DKIF";
static constexpr std::string_view ivf_vp8 = "VP80";

bool VideoFileReader::recognises(base::Bytes beginning) {
    return base::as_text(beginning).starts_with(ivf_magic);
}

base::Result<std::optional<std::vector<std::uint8_t>>> VideoFileReader::next() {
    while (waiting_.empty()) {
        auto frame = ivf_.next();
        if (!frame)
            return tl::unexpected(frame.error());
        if (!*frame)
            return std::nullopt;
        const IvfHeader &header = *ivf_.header();
        if (header.codec != ivf_vp8)
            return base::fail("the IVF holds another codec than VP8");
        if (!packetizer_) {
            codec_ = {"vp8", video_clock, 1, {}};
            packetizer_.emplace(make_video_payload(codec_), video_file_payload_type, wire::rtp::StreamStart{},
                                [this](base::Bytes rtp) { waiting_.emplace_back(rtp.begin(), rtp.end()); });
        }
        // As numbers that wrap: a time beyond what 64 bits can say is one of a damaged file.
        packetizer_->frame((*frame)->bytes, static_cast<std::int64_t>((*frame)->time * video_clock *
                                                                      header.scale / header.rate));
    }
    auto packet = std::move(waiting_.front());
    waiting_.pop_front();
    return packet;
}

bool VideoFileWriter::takes(const wire::rtp::CodecSpec &codec) { return codec.name == "vp8"; }

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
