#include "io/codec/y4m.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::io::codec {

namespace {

constexpr std::size_t max_line = 256;

} // namespace

void Y4mReader::feed(base::Bytes bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

base::Result<std::optional<std::string_view>> Y4mReader::line() const {
    const std::string_view left = base::as_text(base::Bytes(buffer_).subspan(at_));
    const std::size_t end = left.substr(0, max_line).find('\n');
    if (end == left.npos && left.size() >= max_line)
        return base::fail("a line of the Y4M does not end");
    return end == left.npos ? std::nullopt : std::optional(left.substr(0, end));
}

base::Result<std::optional<Picture>> Y4mReader::next() {
    auto known = header_ ? base::Result<bool>(true) : read_header();
    if (!known)
        return tl::unexpected(known.error());
    if (!*known)
        return std::nullopt;
    auto begins = line();
    if (!begins)
        return tl::unexpected(begins.error());
    if (!*begins)
        return std::nullopt;
    if (!(*begins)->starts_with("FRAME"))
        return base::fail("a picture of the Y4M does not begin with FRAME");
    base::ByteReader r(base::Bytes(buffer_).subspan(at_ + (*begins)->size() + 1));
    if (r.left() < picture_octets_)
        return std::nullopt;
    Picture picture(header_->width, header_->height);
    for (auto &plane : picture.planes) {
        const base::Bytes octets = r.take(plane.size());
        plane.assign(octets.begin(), octets.end());
    }
    at_ += (*begins)->size() + 1 + r.at();
    return picture;
}

base::Result<bool> Y4mReader::read_header() {
    auto first = line();
    if (!first)
        return tl::unexpected(first.error());
    if (!*first)
        return false;
    if (!(*first)->starts_with("YUV4MPEG2 "))
        return base::fail("no Y4M: it does not begin with YUV4MPEG2");
    Y4mHeader header;
    std::string_view colour = "420";
    base::split(**first, ' ', [&](std::string_view word) {
        const std::string_view value = word.empty() ? word : word.substr(1);
        const auto [one, two] = base::cut(value, ':');
        if (word.starts_with('W'))
            header.width = static_cast<std::uint32_t>(base::to_uint(value, max_side).value_or(0));
        else if (word.starts_with('H'))
            header.height = static_cast<std::uint32_t>(base::to_uint(value, max_side).value_or(0));
        else if (word.starts_with('C'))
            colour = value;
        else if (word.starts_with('F')) {
            header.rate = static_cast<std::uint32_t>(base::to_uint(one, 1'000'000).value_or(0));
            header.scale = static_cast<std::uint32_t>(base::to_uint(two, 1'000'000).value_or(0));
        }
    });
    if (header.width == 0 || header.height == 0)
        return base::fail("the pictures of the Y4M have no size, or more than 4096 a side");
    if (header.rate == 0 || header.scale == 0)
        return base::fail("the Y4M has no frame rate");
    if (!colour.starts_with("420") || colour.starts_with("420p1"))
        return base::fail("the colour of the Y4M is not 4:2:0 of 8 bits");
    header_ = header;
    for (const auto &plane : Picture(header.width, header.height).planes)
        picture_octets_ += plane.size();
    at_ += (*first)->size() + 1;
    return true;
}

void append_y4m_header(std::vector<std::uint8_t> &out, const Y4mHeader &h) {
    base::ByteWriter(out).text(
        fmt::format("YUV4MPEG2 W{} H{} F{}:{} Ip A1:1 C420jpeg\n", h.width, h.height, h.rate, h.scale));
}

void append_y4m(std::vector<std::uint8_t> &out, const Picture &picture) {
    base::ByteWriter(out).text("FRAME\n");
    for (const auto &plane : picture.planes)
        out.insert(out.end(), plane.begin(), plane.end());
}

} // namespace cord::io::codec
