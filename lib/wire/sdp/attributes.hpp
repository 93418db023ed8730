// Typed views of the attributes that RTP, ICE, DTLS-SRTP and SDES use. Each read_… is nullopt for what is
// malformed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "wire/sdp/session.hpp"

namespace cord::wire::sdp {

/// a=rtpmap (RFC 8866 section 6.6): "111 opus/48000/2".
struct RtpMap {
    std::uint8_t payload_type = 0;
    std::string name;
    std::uint32_t clock_rate = 0;
    std::uint8_t channels = 1;

    bool operator==(const RtpMap &) const = default;
};
[[nodiscard]] std::optional<RtpMap> read_rtpmap(std::string_view value);
[[nodiscard]] std::string write(const RtpMap &map);
/// What a payload type below 35 means without an rtpmap (RFC 3551 section 6).
[[nodiscard]] std::optional<RtpMap> static_payload(std::uint8_t payload_type);

/// One payload type of an RTP section with all that is said about it.
struct Format {
    RtpMap map;
    std::string parameters;            ///< a=fmtp without the payload type
    std::vector<std::string> feedback; ///< a=rtcp-fb (RFC 4585 section 4.2), those for `*` too
    bool operator==(const Format &) const = default;
};
/// In the order of the m= line. A format without a meaning, neither mapped nor static, is left out.
[[nodiscard]] std::vector<Format> formats(const Media &media);

/// a=candidate (RFC 8839 section 5.1).
struct Candidate {
    std::string foundation;
    std::uint32_t component = 1;
    std::string transport = "udp"; ///< as written; compare without case
    std::uint32_t priority = 0;
    std::string address; ///< an IP address, or a name such as X.local
    std::uint16_t port = 0;
    std::string type = "host";
    std::string rest; ///< raddr, rport, tcptype and extensions, as written

    bool operator==(const Candidate &) const = default;
};
[[nodiscard]] std::optional<Candidate> read_candidate(std::string_view value);
[[nodiscard]] std::string write(const Candidate &candidate);

/// a=fingerprint (RFC 8122 section 5): "sha-256 AB:CD:…".
struct Fingerprint {
    std::string hash;  ///< lower case
    std::string bytes; ///< the digest itself

    bool operator==(const Fingerprint &) const = default;
};
[[nodiscard]] std::optional<Fingerprint> read_fingerprint(std::string_view value);
[[nodiscard]] std::string write(const Fingerprint &fingerprint);
/// Of the section, else of the session.
[[nodiscard]] std::vector<Fingerprint> fingerprints(const Session &session, const Media &media);

/// a=setup (RFC 4145 section 4, RFC 8842).
enum class Setup : std::uint8_t { active, passive, actpass, holdconn };
[[nodiscard]] std::optional<Setup> read_setup(std::string_view value);
[[nodiscard]] std::string_view name(Setup setup);

/// a=crypto (RFC 4568 section 9.1): "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^31|1:4".
struct Crypto {
    std::uint32_t tag = 1;
    std::string suite;
    std::string key; ///< key and salt, decoded from the first inline parameter
    bool has_mki = false;
    std::string session_parameters; ///< as written: UNENCRYPTED_SRTP and its like
};
[[nodiscard]] std::optional<Crypto> read_crypto(std::string_view value);
[[nodiscard]] std::string write(const Crypto &crypto);

/// a=extmap (RFC 8285 section 8).
struct ExtMap {
    std::uint16_t id = 0;
    std::string direction; ///< often empty
    std::string uri;

    bool operator==(const ExtMap &) const = default;
};
[[nodiscard]] std::optional<ExtMap> read_extmap(std::string_view value);
[[nodiscard]] std::string write(const ExtMap &extmap);
inline constexpr std::string_view mid_extension = "urn:ietf:params:rtp-hdrext:sdes:mid";

/// a=group (RFC 5888): "BUNDLE 0 1".
struct Group {
    std::string semantics;
    std::vector<std::string> mids;

    bool operator==(const Group &) const = default;
};
[[nodiscard]] std::optional<Group> read_group(std::string_view value);
[[nodiscard]] std::string write(const Group &group);
/// The mids of the first BUNDLE group, empty when there is none.
[[nodiscard]] std::vector<std::string> bundle(const Session &session);

/// a=rtcp (RFC 3605): a port, and perhaps an address.
struct Rtcp {
    std::uint16_t port = 0;
    std::optional<Connection> connection;
};
[[nodiscard]] std::optional<Rtcp> read_rtcp(std::string_view value);

/// a=ssrc (RFC 5576): "1021598202 cname:x".
struct Ssrc {
    std::uint32_t ssrc = 0;
    std::string attribute; ///< "cname:x"
};
[[nodiscard]] std::optional<Ssrc> read_ssrc(std::string_view value);

/// a=sendrecv and its like (RFC 8866 section 6.7).
enum class Direction : std::uint8_t { sendrecv, sendonly, recvonly, inactive };
[[nodiscard]] std::optional<Direction> read_direction(std::string_view attribute_name);
[[nodiscard]] std::string_view name(Direction direction);
/// Of the section, else of the session, else sendrecv.
[[nodiscard]] Direction direction(const Session &session, const Media &media);
[[nodiscard]] constexpr bool sends(Direction d) {
    return d == Direction::sendrecv || d == Direction::sendonly;
}
[[nodiscard]] constexpr bool receives(Direction d) {
    return d == Direction::sendrecv || d == Direction::recvonly;
}

} // namespace cord::wire::sdp
