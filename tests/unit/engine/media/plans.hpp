// Plans as ng would make them for a browser and a phone.
#pragma once

#include "peers.hpp"

namespace cord::engine::media {

inline Codec codec(std::string_view text) { return *wire::rtp::CodecSpec::parse(text); }

inline PayloadRule pass(std::uint8_t from, std::uint8_t to, std::string_view name) {
    return {.from = from, .to = to, .from_codec = codec(name), .to_codec = codec(name)};
}

inline StreamEnd audio(std::size_t transport, std::vector<PayloadRule> incoming) {
    StreamEnd end;
    end.transport = transport;
    end.incoming = std::move(incoming);
    return end;
}

inline StreamEnd video(std::size_t transport, std::vector<PayloadRule> incoming) {
    StreamEnd end = audio(transport, std::move(incoming));
    end.kind = Kind::video;
    return end;
}

inline TransportPlan plain(PortId rtp_port, std::optional<PortId> rtcp_port, const Phone &phone) {
    TransportPlan t;
    t.rtp = rtp_port;
    t.rtcp = rtcp_port;
    t.remote_rtp = phone.address;
    return t;
}

inline const ice::Credentials gateway{"gate", "password-of-22-letters"};

/// Toward a browser; we take the other DTLS role.
inline TransportPlan webrtc(PortId port, const Browser &browser, dtls::Role ours = dtls::Role::server) {
    TransportPlan t;
    t.rtp = port;
    t.ice = IcePlan{gateway, browser.ufrag};
    t.security = DtlsPlan{ours, {browser.fingerprint()}, 0};
    return t;
}

} // namespace cord::engine::media
