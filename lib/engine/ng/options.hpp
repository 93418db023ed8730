// The keys and flags of a command, whatever way they were spelled: as keys, as words in `flags`, or in
// `rtpp-flags`.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "wire/bencode/value.hpp"

namespace cord::engine::ng {

/// What ICE=… asks for toward the receiver of the description.
enum class IceWish : std::uint8_t { as_offered, remove, force };

/// Words of one list key, in the spelling of `spelled`.
using Words = std::set<std::string, std::less<>>;

/// Codec names as the operator wrote them, "opus" or "opus/48000/2"; compared without case.
using CodecNames = std::vector<std::string>;

struct CodecWishes {
    CodecNames strip;     ///< take out
    CodecNames except;    ///< but not these
    CodecNames offer;     ///< with strip=all: the only ones, in this order
    CodecNames transcode; ///< put in, and translate
    CodecNames mask;      ///< take out, but translate from and to them
    CodecNames ignore;    ///< as if they had not been offered
};

struct Options {
    std::string command;
    std::string call_id;
    std::string from_tag;
    std::string to_tag;
    std::string via_branch;
    std::optional<std::string> sdp;

    std::string transport_protocol; ///< upper case; empty: as it was
    IceWish ice = IceWish::as_offered;
    Words dtls;     ///< off, passive, active
    Words sdes;     ///< off, no-SUITE, only-SUITE
    Words rtcp_mux; ///< offer, require, demux, accept, reject
    Words bundle;   ///< accept, offer, require, strict, reject
    Words replace;  ///< origin, session-name, username
    Words flags;    ///< generate-mid, reject-ice, fatal, to-tag, …
    CodecWishes codec;

    std::optional<bool> ipv6;           ///< address-family
    std::vector<std::string> direction; ///< names of interfaces: to the offerer, to the answerer
    std::optional<base::IpAddress> media_address;
    std::optional<base::IpAddress> received_from;
    std::optional<std::uint32_t> delete_delay; ///< seconds
    std::optional<std::uint32_t> limit;

    std::optional<bool> record_call;
    std::string metadata;                         ///< what `query` tells of the call
    std::string label;                            ///< of a participant
    std::string address;                          ///< of a participant's media
    std::vector<std::string> keys;                ///< code or digit, as they were written
    std::string dtmf_security;                    ///< what becomes of keys that are blocked
    std::optional<std::uint32_t> duration, pause; ///< of a key, milliseconds
    std::optional<std::uint32_t> volume;          ///< dBm0 with the sign dropped
    bool bad_limit = false;
    bool understands_load_limit = false;

    [[nodiscard]] bool has(std::string_view flag) const { return flags.contains(flag); }
};

/// Unknown keys and words are left aside, as clients of other versions send them.
[[nodiscard]] Options read_options(const wire::bencode::Dict &dict);

/// One spelling for all that rtpengine accepts: "RTCP mux", "rtcp_mux" and "rtcp-mux" are "rtcp-mux".
[[nodiscard]] std::string spelled(std::string_view word);

} // namespace cord::engine::ng
