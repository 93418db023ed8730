// The media of calls as ng knows them: a session for each branch of a call, with an offerer's and an
// answerer's side.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "engine/dtls/handshaker.hpp"
#include "engine/ice/agent.hpp"
#include "engine/media/plan.hpp"
#include "engine/srtp/suite.hpp"
#include "wire/sdp/attributes.hpp"
#include "wire/sdp/session.hpp"

namespace cord::engine::ng {

namespace sdp = wire::sdp;

/// A socket of the shell, or a pair of them where RTCP has its own port (the next one up).
struct BoundPort {
    media::PortId rtp = 0;
    std::optional<media::PortId> rtcp;
    base::Endpoint local;
    bool shared = false; ///< by all browsers: it is not ours to close

    bool operator==(const BoundPort &) const = default;
};

/// A pair of sockets to bind, or one, on an address of the configuration.
struct PortNeed {
    std::size_t interface = 0;
    bool pair = false;

    bool operator==(const PortNeed &) const = default;
};

/// How we speak with a side.
struct Facing {
    std::string protocol = "RTP/AVP"; ///< what m= lines say
    bool ice = false;
    bool dtls = false;       ///< keys by DTLS, or offered so
    bool sdes = false;       ///< keys in a=crypto, or offered so
    bool mux = false;        ///< one port for RTP and RTCP
    bool offers_mux = false; ///< a=rtcp-mux is said, and a second port is there in case it is refused
    bool bundle = false;     ///< all sections share one transport
    bool mids = false;       ///< sections are named by a=mid
    bool passive = false;    ///< where the peer leaves the choice, it begins the DTLS handshake

    /// A browser, or what does as browsers do.
    [[nodiscard]] bool webrtc() const { return ice && dtls; }
    bool operator==(const Facing &) const = default;
};

/// One a=crypto line of ours.
struct SdesKey {
    std::uint32_t tag = 1;
    srtp::MasterKey key;
};

/// Our end of the path of one section, or of all sections of a bundle.
struct Transport {
    BoundPort port;
    ice::Credentials ice;
    std::string peer_ufrag; ///< of the description in force; another one means an ICE restart
    std::vector<SdesKey> sdes;
    std::optional<media::SdesPlan> agreed; ///< one of them, and the peer's: both descriptions have it
    dtls::Role role = dtls::Role::server;
    std::vector<dtls::Fingerprint> peer_fingerprints;
    std::uint32_t association = 0;
    bool role_settled = false;
};

/// A payload type of one section on both sides.
struct CodecMatch {
    std::optional<sdp::Format> offerer;  ///< unset: put in for transcoding
    std::optional<sdp::Format> answerer; ///< as offered to it; unset: hidden, for transcoding alone
};

/// An m= section of one side.
struct Section {
    std::string mid;
    std::string protocol;
    bool in_use = false;       ///< neither side has rejected it
    std::size_t transport = 0; ///< in Side::transports
    bool transcoded = false;
    std::uint16_t mid_extension = 0; ///< number of the header extension that carries the mid, 0: none
    sdp::Media peer;                 ///< as the peer has described it last
    std::vector<sdp::Format> ours;   ///< as we have described it to the peer last
};

struct Side {
    std::vector<std::string>
        tags; ///< From or To tags of the dialogs that reached us here; the last is in force
    std::string label;
    Facing facing;
    std::size_t interface = 0;
    media::Barrier barrier;                ///< before what comes from here
    std::optional<sdp::Session> peer;      ///< the last description from there, its sections in `sections`
    std::optional<base::IpAddress> source; ///< where its signalling came from, when media is to go there
    std::vector<Section> sections;
    std::vector<std::optional<Transport>> transports; ///< at the place of the section they were made for

    [[nodiscard]] bool has_tag(std::string_view tag) const;
    void take_tag(std::string_view tag);
    /// Keeps the old one when there is no new one.
    void take_label(std::string_view name);
};

struct Session {
    media::SessionId id = 0;
    std::string via_branch;
    std::array<Side, 2> sides;
    std::size_t offerer = 0;                     ///< of the last offer
    bool answered = false;                       ///< at least once
    std::vector<std::vector<CodecMatch>> codecs; ///< of the last offer, for each section
    std::array<std::vector<std::vector<media::PayloadRule>>, 2>
        rules; ///< of the last answer, for each side's sections
    base::UnixTime created{};
    base::UnixTime last_signal{};
    media::RecordingId recording = 0;
    bool deleted = false;          ///< kept for a while
    base::Time ends = base::never; ///< by itself: deleted, or never answered

    [[nodiscard]] std::vector<media::PortId> ports() const;
};

struct Recording {
    media::RecordingId id = 0;
    std::string file;
    bool on = false;      ///< else paused
    bool discard = false; ///< when the call ends
};

struct Call {
    std::string id;
    std::vector<Session> sessions;
    base::UnixTime created{};
    std::optional<Recording> recording = {};
    std::string metadata = {}; ///< what an operator wants told of it

    /// Keeps the old when there is no new.
    void take_metadata(std::string_view text);
};

/// Where a message belongs: a session, and the side that has sent the description.
struct SessionSide {
    Session *session = nullptr;
    std::size_t side = 0;
};

/// The session that an offer changes, if it is not for a new one. Re-offers are known by both tags; an offer
/// that comes again before there is a To tag, by its From tag and branch.
[[nodiscard]] SessionSide side_of_offer(Call &call, std::string_view from_tag, std::string_view to_tag,
                                        std::string_view via_branch);

/// The session whose offer is answered; `from_tag` is the offerer's. The side is the answerer's.
[[nodiscard]] SessionSide side_of_answer(Call &call, std::string_view from_tag, std::string_view to_tag,
                                         std::string_view via_branch);

} // namespace cord::engine::ng
