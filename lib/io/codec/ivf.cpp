#include "io/codec/ivf.hpp"

#include "io/codec/little_endian.hpp"

namespace cord::io::codec {

namespace {

constexpr std::size_t header_octets = 32;
constexpr std::size_t frame_header_octets = 12;
// A raw picture of 4096 by 2160 has 13 MB; a frame that says more is none.
constexpr std::uint32_t max_frame = 16u << 20;

} // namespace

void IvfReader::feed(base::Bytes bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

base::Result<std::optional<IvfFrame>> IvfReader::next() {
    auto known = header_ ? base::Result<bool>(true) : read_header();
    if (!known)
        return tl::unexpected(known.error());
    const base::Bytes left = base::Bytes(buffer_).subspan(at_);
    if (!*known || left.size() < frame_header_octets)
        return std::nullopt;
    const std::uint32_t octets = little::load32(left.data());
    if (octets > max_frame)
        return base::fail("a frame of the IVF is longer than any is");
    if (left.size() < frame_header_octets + octets)
        return std::nullopt;
    const base::Bytes frame = left.subspan(frame_header_octets, octets);
    at_ += frame_header_octets + octets;
    return IvfFrame{little::load(left.data() + 4, 8), {frame.begin(), frame.end()}};
}

base::Result<bool> IvfReader::read_header() {
    const base::Bytes left = base::Bytes(buffer_).subspan(at_);
    if (left.size() < header_octets)
        return false;
    const std::size_t length = little::load16(left.data() + 6);
    if (base::as_text(left.first(4)) != "DKIF" || length < header_octets)
        return base::fail("no IVF: it does not begin with DKIF and its header");
    if (left.size() < length)
        return false;
    IvfHeader header{std::string(base::as_text(left.subspan(8, 4))), little::load16(left.data() + 12),
                     little::load16(left.data() + 14), little::load32(left.data() + 16),
                     little::load32(left.data() + 20)};
    if (header.rate == 0 || header.scale == 0)
        return base::fail("the IVF has no frame rate");
    at_ += length;
    header_ = std::move(header);
    return true;
}

std::vector<std::uint8_t> ivf_header(const IvfHeader &header, std::uint32_t frames) {
    std::vector<std::uint8_t> out;
    base::ByteWriter(out).text("DKIF");
    little::put(out, 0, 2); // version
    little::put(out, header_octets, 2);
    base::ByteWriter(out).text(header.codec);
    little::put(out, header.width, 2);
    little::put(out, header.height, 2);
    little::put(out, header.rate, 4);
    little::put(out, header.scale, 4);
    little::put(out, frames, 4);
    little::put(out, 0, 4);
    return out;
}

void append_ivf_frame(std::vector<std::uint8_t> &out, std::uint64_t time, base::Bytes frame) {
    little::put(out, frame.size(), 4);
    little::put(out, time, 8);
    out.insert(out.end(), frame.begin(), frame.end());
}

} // namespace cord::io::codec
