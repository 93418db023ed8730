#include "io/codec/annex_b.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/rtp/h264.hpp"

namespace cord::io::codec {

// As of any frame here.
static constexpr std::size_t max_unit = 16u << 20;
static constexpr std::array<std::uint8_t, 3> start_code{0, 0, 1};

/// H.264 section 7.4.1.2.3: what is the first of an access unit after the slices of another. 10 to 12 end one
/// or fill it, and 19 is a slice beside the picture.
static bool begins_access_unit(base::Bytes unit) {
    const auto type = static_cast<std::uint8_t>(wire::rtp::nal_type(unit));
    return wire::rtp::can_begin_picture(unit) && (type < 10 || (type > 12 && type < 19));
}

bool AnnexBReader::recognises(base::Bytes beginning) {
    return std::ranges::equal(beginning.first(std::min<std::size_t>(beginning.size(), 3)), start_code) ||
           (beginning.size() > 3 && beginning[0] == 0 &&
            std::ranges::equal(beginning.subspan(1, 3), start_code));
}

void AnnexBReader::feed(base::Bytes bytes) { buffer_.insert(buffer_.end(), bytes.begin(), bytes.end()); }

/// Moves the first unit of the buffer to `unit_`; false while its end has not come.
bool AnnexBReader::take_unit() {
    // Behind the start code that the buffer begins with.
    const std::size_t from = std::min(std::max<std::size_t>(searched_, 3), buffer_.size());
    const auto end = std::search(buffer_.begin() + static_cast<std::ptrdiff_t>(from), buffer_.end(),
                                 start_code.begin(), start_code.end());
    if (end == buffer_.end() && (!ended_ || buffer_.empty())) {
        searched_ = std::max<std::size_t>(buffer_.size(), 5) - 2; // it may begin in the last two octets
        return false;
    }
    unit_.clear();
    for (base::Bytes unit :
         wire::rtp::nal_units({buffer_.data(), static_cast<std::size_t>(end - buffer_.begin())}))
        unit_.assign(unit.begin(), unit.end());
    buffer_.erase(buffer_.begin(), end);
    searched_ = 0;
    return true;
}

base::Result<std::optional<std::vector<std::uint8_t>>> AnnexBReader::next() {
    while (take_unit()) {
        if (unit_.empty())
            continue;
        std::vector<std::uint8_t> whole;
        if (has_slice_ && begins_access_unit(unit_)) {
            whole = std::exchange(current_, {});
            has_slice_ = false;
        }
        wire::rtp::append_nal_unit(current_, unit_);
        has_slice_ = has_slice_ || wire::rtp::is_slice(wire::rtp::nal_type(unit_));
        if (!whole.empty())
            return whole;
    }
    if (buffer_.size() > max_unit || current_.size() > max_unit)
        return base::fail("a unit of the H.264 file is longer than any is");
    if (ended_ && !current_.empty())
        return std::exchange(current_, {});
    return std::nullopt;
}

} // namespace cord::io::codec
