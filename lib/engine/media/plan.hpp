// What ng has decided about the media of one call, as values: all that engine/media knows of SDP. A plan is
// whole: a new one replaces the old, and what did not change goes on undisturbed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "engine/dtls/handshaker.hpp"
#include "engine/ice/agent.hpp"
#include "engine/srtp/suite.hpp"
#include "wire/rtp/codec_spec.hpp"

namespace cord::engine::media {

using SessionId = std::uint64_t;

/// Names a bound UDP socket of the shell.
using PortId = std::uint32_t;

/// Our end of ICE-lite, and the fragment of the peer (empty while its description has not come).
struct IcePlan {
    ice::Credentials local;
    std::string remote_ufrag;
    bool operator==(const IcePlan &) const = default;
};

struct PlainRtp {
    bool operator==(const PlainRtp &) const = default;
};

/// A secure profile whose keys are not known: nothing passes.
struct NoKeys {
    bool operator==(const NoKeys &) const = default;
};

struct SdesPlan {
    srtp::MasterKey outbound; ///< of the a=crypto line we wrote
    srtp::MasterKey inbound;  ///< of the peer's
};

struct DtlsPlan {
    dtls::Role role = dtls::Role::server;
    std::vector<dtls::Fingerprint>
        remote; ///< empty while the peer's description has not come; keys wait for it
    /// A new number asks for a new association (changed fingerprint or tls-id, RFC 8842 section 4).
    std::uint32_t association = 0;
};

using Security = std::variant<PlainRtp, NoKeys, SdesPlan, DtlsPlan>;

/// One 5-tuple to the peer, or two where RTCP has its own port. Bundled streams share one.
struct TransportPlan {
    PortId rtp = 0;
    std::optional<PortId> rtcp; ///< unset: rtcp-mux
    /// From the peer's description; unset while unknown. With ICE they are not used.
    std::optional<base::Endpoint> remote_rtp;
    std::optional<base::Endpoint> remote_rtcp; ///< unset: the port above that of RTP
    std::optional<IcePlan> ice;
    Security security;
};

using Codec = wire::rtp::CodecSpec;

/// What becomes of packets with one payload type. The same codec on both ends is forwarded (for
/// telephone-event with timestamps scaled between clock rates), different ones go through the codec worker.
struct PayloadRule {
    std::uint8_t from = 0;
    std::uint8_t to = 0;
    Codec from_codec;
    Codec to_codec;
    bool transcode = false;
    bool operator==(const PayloadRule &) const = default;
};

/// telephone-event as a peer takes it (RFC 4733).
struct EventFormat {
    std::uint8_t payload_type = 0;
    std::uint32_t clock_rate = 8000;
    bool operator==(const EventFormat &) const = default;
};

/// What of a side's media an operator keeps from the other.
struct Barrier {
    enum class Keys : std::uint8_t { pass, drop, replace, random };
    bool media = false;     ///< all of it
    bool sound = false;     ///< audio becomes silence
    Keys keys = Keys::pass; ///< telephone events
    std::uint8_t key = 0;   ///< what they are replaced by
    bool operator==(const Barrier &) const = default;
};

enum class Kind : std::uint8_t { audio, video };

/// One m= section as one side has it.
struct StreamEnd {
    Kind kind = Kind::audio;
    std::size_t transport = 0; ///< place in the side's transports
    std::string mid;
    /// Identifier of the header extension urn:ietf:params:rtp-hdrext:sdes:mid, 0 when not negotiated. All
    /// other extensions are taken out.
    std::uint8_t mid_extension = 0;
    std::vector<std::uint32_t> ssrcs; ///< the peer's, from a=ssrc
    /// Whether what comes from this side is passed on: false when held or inactive.
    bool receives = true;
    std::vector<PayloadRule> incoming;
    Barrier barrier;                 ///< before what comes from this side
    std::vector<EventFormat> events; ///< in which the peer hears keys that we press
    /// The peer understands generic NACK and REMB (an AVPF profile with such a=rtcp-fb). PLI and FIR always
    /// pass.
    bool feedback = false;
};

struct SidePlan {
    std::vector<TransportPlan> transports;
    /// One for each m= section, in their order; nullopt for one that is rejected. Streams of equal place
    /// belong together.
    std::vector<std::optional<StreamEnd>> streams;
};

/// Names the recording of a call, which may have several sessions.
using RecordingId = std::uint32_t;

struct Plan {
    std::array<SidePlan, 2> sides; ///< the offerer's, the answerer's
    RecordingId recording = 0;     ///< what both send is written there; 0: nowhere
};

} // namespace cord::engine::media
