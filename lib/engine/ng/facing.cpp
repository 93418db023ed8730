#include "engine/ng/facing.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/sdp/kind.hpp"

namespace cord::engine::ng {
namespace {

/// The section that speaks for the description: the first that we relay.
const sdp::Media *leading_section(const sdp::Session &session) {
    for (const sdp::Media &media : session.media)
        if (is_relayed(media))
            return &media;
    return nullptr;
}

bool says(const sdp::Session &session, const sdp::Media &media, std::string_view attribute) {
    return media.attributes.has(attribute) || session.attributes.has(attribute);
}

bool is_off(const Words &words) {
    return words.contains("off") || words.contains("no") || words.contains("disable") ||
           words.contains("disabled");
}

bool is_secure(std::string_view protocol) {
    return base::istarts_with(protocol, "RTP/SAVP") || sdp::is_dtls_profile(protocol);
}

/// What keys the profile asks for toward a side that we make an offer to.
void choose_keys(Facing &facing, const Options &options) {
    // RFC 5764 section 8: the UDP/TLS profiles are keyed by DTLS. RTP/SAVP may be either; some scripts offer
    // it to browsers, and those have ICE.
    facing.dtls = sdp::is_dtls_profile(facing.protocol) ||
                  (is_secure(facing.protocol) && facing.ice && !is_off(options.dtls));
    facing.sdes =
        is_secure(facing.protocol) && !sdp::is_dtls_profile(facing.protocol) && !is_off(options.sdes);
}

} // namespace

bool is_relayed(const sdp::Media &media) {
    return !media.rejected() && sdp::is_rtp_profile(media.protocol) &&
           (media.type == "audio" || media.type == "video");
}

Facing facing_offerer(const sdp::Session &offer, const Options &options) {
    Facing facing;
    const sdp::Media *media = leading_section(offer);
    if (!media)
        return facing;
    facing.protocol = media->protocol;
    facing.ice = says(offer, *media, "ice-ufrag") && !options.has("reject-ice");
    facing.dtls = says(offer, *media, "fingerprint") && (facing.ice || sdp::is_dtls_profile(media->protocol));
    // A secure profile without a fingerprint has its keys in a=crypto, or is refused for want of them.
    facing.sdes = !facing.dtls && (media->attributes.has("crypto") || is_secure(media->protocol));
    facing.mux = says(offer, *media, "rtcp-mux") && !options.rtcp_mux.contains("reject");
    facing.bundle = facing.ice && !sdp::bundle(offer).empty() && !options.bundle.contains("reject");
    facing.mids = media->attributes.has("mid");
    facing.passive = options.dtls.contains("passive");
    return facing;
}

Facing facing_answerer(const sdp::Session &offer, const Facing &offerer, const Options &options,
                       const std::optional<Facing> &before) {
    Facing facing = before.value_or(Facing());
    // Scripts say RTP/AVP for "a phone": one that has begun with SDES keeps its keys.
    const bool keeps_keys = before && before->sdes && !is_secure(options.transport_protocol);
    if (!options.transport_protocol.empty() && !keeps_keys)
        facing.protocol = options.transport_protocol;
    else if (!before)
        facing.protocol = offerer.protocol;
    if (options.ice != IceWish::as_offered)
        facing.ice = options.ice == IceWish::force;
    else if (!before)
        facing.ice = offerer.ice;
    if (!before || (!options.transport_protocol.empty() && !keeps_keys))
        choose_keys(facing, options);
    // RFC 8834 section 4.5 has browsers multiplex always; scripts seldom say so. DTLS would need a handshake
    // for each of two ports (RFC 5764 section 4.2).
    facing.mux = facing.ice || facing.dtls || options.rtcp_mux.contains("require") || (before && before->mux);
    const bool refused = options.rtcp_mux.contains("demux") || options.rtcp_mux.contains("reject");
    const bool alike = offerer.webrtc() == facing.webrtc();
    facing.offers_mux =
        !facing.mux && (options.rtcp_mux.contains("offer") || (offerer.mux && alike && !refused));
    facing.bundle = facing.ice && !options.bundle.contains("reject");
    facing.mids = facing.ice || options.has("generate-mid");
    return facing;
}

std::vector<std::size_t> transport_owners(const sdp::Session &offer, const Facing &facing) {
    const auto mids = sdp::bundle(offer);
    std::optional<std::size_t> leader;
    std::vector<std::size_t> owners;
    for (std::size_t i = 0; i < offer.media.size(); ++i) {
        owners.push_back(i);
        const std::string_view mid = offer.media[i].attributes.value("mid");
        // An offer without a group is bundled by us, for the browser it goes to.
        const bool in_group = mids.empty() || std::find(mids.begin(), mids.end(), mid) != mids.end();
        if (!facing.bundle || !in_group || !is_relayed(offer.media[i]))
            continue;
        leader = leader.value_or(i);
        owners.back() = *leader;
    }
    return owners;
}

} // namespace cord::engine::ng
