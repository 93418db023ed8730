// Which codecs go into an offer, under which payload types, and what becomes of each when the answer is
// there.
#pragma once

#include <set>

#include "engine/ng/call.hpp"
#include "engine/ng/options.hpp"
#include "engine/ng/spoken.hpp"

namespace cord::engine::ng {

/// Payload types taken in the bundle that a section belongs to: there, one number has one meaning (RFC 9143
/// section 9.1).
using PayloadTypes = std::set<std::uint8_t>;

/// What is said about the two sides of an offer that codecs depend on.
struct CodecContext {
    const Spoken &spoken; ///< what the codec worker translates between
    bool from_webrtc = false;
    bool to_webrtc = false;
    const sdp::Media *before = nullptr; ///< how the receiver described the section last, when it has
};

/// The codecs of one section of an offer, in the order they are offered.
[[nodiscard]] std::vector<CodecMatch> offer_codecs(const sdp::Media &section, const CodecContext &context,
                                                   const CodecWishes &wishes, PayloadTypes &taken);

/// What an answer comes to, for one section.
struct CodecOutcome {
    std::vector<sdp::Format> to_offerer; ///< our answer; empty: nothing in common
    std::vector<media::PayloadRule> from_offerer;
    std::vector<media::PayloadRule> from_answerer;
};
[[nodiscard]] CodecOutcome answer_codecs(const std::vector<CodecMatch> &offered, const sdp::Media &answer,
                                         const Spoken &spoken);

} // namespace cord::engine::ng
