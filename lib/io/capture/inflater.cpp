#include "io/capture/inflater.hpp"

#include <zlib.h>

namespace cord::io::capture {

namespace {
constexpr int gzip_only = 16 + MAX_WBITS;
constexpr std::size_t chunk = 1 << 16;
} // namespace

Input::Source::Inflater::Inflater() : z_(std::make_unique<z_stream_s>()) {
    (void)inflateInit2(z_.get(), gzip_only);
}

Input::Source::Inflater::~Inflater() { inflateEnd(z_.get()); }

bool Input::Source::Inflater::run(std::vector<std::uint8_t> &out) {
    if (used_ == input.size())
        return true;
    // RFC 1952 section 2.2: "A gzip file consists of a series of 'members'".
    if (between_members_)
        inflateReset(z_.get());
    between_members_ = false;
    const std::size_t have = out.size();
    out.resize(have + chunk);
    z_->next_in = &input[used_];
    z_->avail_in = static_cast<uInt>(input.size() - used_);
    z_->next_out = &out[have];
    z_->avail_out = chunk;
    const int r = inflate(z_.get(), Z_NO_FLUSH);
    used_ = input.size() - z_->avail_in;
    out.resize(out.size() - z_->avail_out);
    between_members_ = r == Z_STREAM_END;
    if (r == Z_OK || r == Z_STREAM_END || r == Z_BUF_ERROR)
        return true;
    reason_ = z_->msg != nullptr ? z_->msg : "damaged gzip data";
    return false;
}

void Input::Source::Inflater::drop_used() {
    input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ = 0;
}

} // namespace cord::io::capture
