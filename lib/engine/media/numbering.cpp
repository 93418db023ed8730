#include "engine/media/numbering.hpp"

#include <utility>

#include "wire/rtp/sequence.hpp"

namespace cord::engine::media {

using wire::rtp::distance;

namespace {

/// RFC 3550 section A.1: what comes later than this is not late but a restart.
constexpr std::uint16_t max_misorder = 100;

} // namespace

void Numbering::begin(std::uint32_t ssrc, std::uint16_t sequence) {
    *this = Numbering();
    ssrc_ = ssrc;
    next_in_ = next_out_ = hole_ = end_ = sequence;
}

std::optional<std::uint16_t> Numbering::pass(std::uint32_t ssrc, std::uint16_t sequence) {
    if (ssrc_ != ssrc)
        begin(ssrc, sequence);
    const bool late = distance(next_in_, sequence) < 0;
    if (!late) {
        close();
        if (distance(end_, sequence) > max_misorder) { // else numbers that have gone round would fall into it
            hole_ = end_ = static_cast<std::uint16_t>(sequence - max_misorder);
            shift_before_ = shift_;
        }
        next_in_ = static_cast<std::uint16_t>(sequence + 1);
        next_out_ = static_cast<std::uint16_t>(next_in_ + shift_);
        return static_cast<std::uint16_t>(sequence + shift_);
    }
    if (!open_ && distance(end_, sequence) >= 0)
        return static_cast<std::uint16_t>(sequence + shift_);
    if (distance(hole_, sequence) >= 0)
        return std::nullopt;
    return static_cast<std::uint16_t>(sequence + (open_ ? shift_ : shift_before_));
}

void Numbering::leave_out(std::uint32_t ssrc, std::uint16_t sequence) {
    if (ssrc_ != ssrc)
        return; // one that has not begun leaves nothing out
    open();
    if (const auto further = distance(next_in_, sequence) + 1; further > 0) {
        next_in_ = static_cast<std::uint16_t>(sequence + 1);
        growth_ -= static_cast<std::int32_t>(further);
    }
    if (distance(hole_, next_in_) > max_misorder)
        hole_ = static_cast<std::uint16_t>(next_in_ - max_misorder);
}

std::uint16_t Numbering::put_in() {
    open();
    ++growth_;
    return next_out_++;
}

void Numbering::open() {
    if (open_)
        return;
    open_ = true;
    hole_ = next_in_;
}

/// What comes next follows at once on what was sent last.
void Numbering::close() {
    if (!open_)
        return;
    open_ = false;
    end_ = next_in_;
    shift_before_ = shift_;
    shift_ += std::exchange(growth_, 0);
}

} // namespace cord::engine::media
