// What a session description says about where media go and what they are: all that a trace wants of SDP.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "wire/rtp/codec_spec.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::trace {

struct MediaLine {
    std::string kind;    ///< "audio", "video", …
    std::string profile; ///< "RTP/AVP", "UDP/TLS/RTP/SAVPF", …
    base::Endpoint at;   ///< Where its sender wants to receive; port 0 when it refuses.
    base::Endpoint rtcp;
    std::vector<base::Endpoint> candidates; ///< Of ICE, those with an address and component 1.
    wire::rtp::PayloadMap codecs;
    std::vector<std::string> names; ///< Of the codecs, in the order of preference.

    /// SRTP: what is seen of it is encrypted.
    [[nodiscard]] bool encrypted() const { return profile.find("SAVP") != std::string::npos; }
};

/// The body of a message with Content-Type application/sdp; empty when there is none.
[[nodiscard]] std::string_view sdp_body(const wire::sip::Message &message);

/// Its m= sections; empty when it is no session description.
[[nodiscard]] std::vector<MediaLine> media_lines(std::string_view sdp);

/// "audio 192.0.2.1:4000  pcma pcmu telephone-event", for people.
[[nodiscard]] std::string summary(const MediaLine &media);

} // namespace cord::engine::trace
