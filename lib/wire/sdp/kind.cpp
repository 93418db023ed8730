#include "wire/sdp/kind.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "wire/sdp/attributes.hpp"

namespace cord::wire::sdp {
namespace {

constexpr std::array webrtc_attributes = std::to_array<std::string_view>({
    "bundle-only",
    "candidate",
    "end-of-candidates",
    "extmap",
    "extmap-allow-mixed",
    "fingerprint",
    "group",
    "ice-lite",
    "ice-options",
    "ice-pacing",
    "ice-pwd",
    "ice-ufrag",
    "identity",
    "mid",
    "msid",
    "msid-semantic",
    "remote-candidates",
    "rid",
    "rtcp-fb",
    "rtcp-mux",
    "rtcp-mux-only",
    "rtcp-rsize",
    "rtcp-xr",
    "setup",
    "simulcast",
    "ssrc",
    "ssrc-group",
    "tls-id",
});

Kind kind(const Session &session, const Media &media) {
    const bool fingerprint = media.attributes.has("fingerprint") || session.attributes.has("fingerprint");
    const bool ice = media.attributes.has("ice-ufrag") || session.attributes.has("ice-ufrag");
    if (is_dtls_profile(media.protocol) || (fingerprint && ice))
        return Kind::webrtc;
    if (media.attributes.has("crypto") || base::istarts_with(media.protocol, "RTP/SAVP"))
        return Kind::sdes;
    return Kind::plain;
}

/// The payload types of an RTP section that a plain phone may make use of.
std::vector<std::string> usable_formats(const Media &media) {
    const auto known = formats(media);
    auto is_event = [](const Format &f) { return base::iequals(f.map.name, "telephone-event"); };
    std::vector<std::string> out;
    for (const Format &f : known) {
        if (is_repair_codec(f.map.name))
            continue;
        // RFC 4733 section 2.1: events share the clock of the audio they belong to.
        const bool lonely_event =
            is_event(f) && std::none_of(known.begin(), known.end(), [&](const Format &other) {
                return !is_event(other) && other.map.clock_rate == f.map.clock_rate &&
                       !is_repair_codec(other.map.name);
            });
        if (!lonely_event)
            out.push_back(std::to_string(f.map.payload_type));
    }
    return out;
}

/// Whether the attribute is about a payload type that is not among `kept`.
bool about_dropped_format(const Attribute &a, const std::vector<std::string> &kept) {
    if (a.name != "rtpmap" && a.name != "fmtp")
        return false;
    const std::string_view payload_type = base::cut(base::trim(a.value), ' ').first;
    return std::find(kept.begin(), kept.end(), payload_type) == kept.end();
}

void clean(Media &media) {
    if (is_rtp_profile(media.protocol)) {
        auto kept = usable_formats(media);
        // An m= line needs a format; a section of repair alone is left for the phone to reject.
        if (!kept.empty()) {
            media.attributes.remove_if([&](const Attribute &a) { return about_dropped_format(a, kept); });
            media.formats = std::move(kept);
        }
    }
    media.attributes.remove_if([](const Attribute &a) { return is_webrtc_attribute(a.name); });
}

} // namespace

Kind kind(const Session &session) {
    for (const Media &media : session.media)
        if (!media.rejected())
            return kind(session, media);
    return session.media.empty() ? Kind::plain : kind(session, session.media.front());
}

std::string_view name(Kind kind) {
    switch (kind) {
    case Kind::webrtc: return "webrtc";
    case Kind::sdes: return "sdes";
    case Kind::plain: break;
    }
    return "plain";
}

bool is_dtls_profile(std::string_view protocol) {
    return base::iequals(protocol, "UDP/TLS/RTP/SAVPF") || base::iequals(protocol, "UDP/TLS/RTP/SAVP") ||
           base::iequals(protocol, "TCP/TLS/RTP/SAVPF") || base::iequals(protocol, "TCP/TLS/RTP/SAVP") ||
           base::iequals(protocol, "TCP/DTLS/RTP/SAVPF") || base::iequals(protocol, "TCP/DTLS/RTP/SAVP");
}

bool is_rtp_profile(std::string_view protocol) {
    return base::istarts_with(protocol, "RTP/AVP") || base::istarts_with(protocol, "RTP/SAVP") ||
           is_dtls_profile(protocol);
}

bool has_feedback(std::string_view protocol) {
    return is_rtp_profile(protocol) && base::lower(protocol.back()) == 'f';
}

bool is_webrtc_attribute(std::string_view name) {
    static_assert(std::is_sorted(webrtc_attributes.begin(), webrtc_attributes.end()));
    return std::binary_search(webrtc_attributes.begin(), webrtc_attributes.end(), name);
}

bool is_repair_codec(std::string_view encoding_name) {
    return base::iequals(encoding_name, "rtx") || base::iequals(encoding_name, "red") ||
           base::iequals(encoding_name, "ulpfec") || base::istarts_with(encoding_name, "flexfec");
}

void clean_for_legacy(Session &session) {
    for (const Media &media : session.media)
        if (kind(session, media) == Kind::webrtc && !media.rejected())
            return;
    session.attributes.remove_if([](const Attribute &a) { return is_webrtc_attribute(a.name); });
    for (Media &media : session.media)
        clean(media);
}

} // namespace cord::wire::sdp
