// The codecs that the codec worker translates between, as descriptions name them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "wire/sdp/attributes.hpp"

namespace cord::engine::ng {

namespace sdp = wire::sdp;

/// Codecs as we would offer them, the one we would rather have first.
using Spoken = std::vector<sdp::Format>;

/// Of those that are known here, the ones with these names, which are lower case: what a worker says of
/// itself.
[[nodiscard]] Spoken spoken(const std::set<std::string, std::less<>> &names);

/// What every worker speaks: G.711 and Opus.
[[nodiscard]] Spoken spoken_by_all();

[[nodiscard]] bool same_codec(const sdp::RtpMap &a, const sdp::RtpMap &b);
/// The same codec in the same layout: payloads of one are understood as the other's.
[[nodiscard]] bool same_payloads(const sdp::Format &a, const sdp::Format &b);

/// Whether the worker speaks the format, with its parameters.
[[nodiscard]] bool speaks(const Spoken &spoken, const sdp::Format &format);

/// A parameter's value in an a=fmtp; empty when it is not there.
[[nodiscard]] std::string_view parameter_of(const sdp::Format &format, std::string_view name);

} // namespace cord::engine::ng
