#include "engine/trace/census.hpp"

#include "wire/rtp/packet.hpp"

namespace cord::engine::trace {
namespace {

using layer::Protocol;
using Rows = std::vector<Census::Row>;

void file_rows(Rows &out, const FileFacts &file, const DecodeCounts &counts) {
    out.push_back({"file", "packets", counts.packets});
    out.push_back({"file", "packets cut by the capture", counts.cut, "what was cut off is not shown"});
    out.push_back(
        {"file", "packets lost by the capture", file.dropped, "the capturing machine was too slow"});
    out.push_back({"file", "sections", file.sections});
    out.push_back({"file", "interfaces", file.interfaces});
    out.push_back({"file", "comments", file.comments});
    out.push_back({"file", "names of addresses", file.names});
    out.push_back({"file", "blocks of secrets", file.secrets});
}

void layer_rows(Rows &out, const DecodeCounts &counts) {
    for (std::size_t i = 0; i < layer::protocols; ++i) {
        const auto p = static_cast<Protocol>(i);
        if (p == Protocol::nothing)
            out.push_back({"layer", "neither IP nor a tunnel", counts.of(p),
                           "ARP, and payloads other than UDP, TCP, SCTP"});
        else if (p == Protocol::unknown_link)
            out.push_back({"layer", "unknown link type", counts.of(p), "not understood"});
        else
            out.push_back({"layer", std::string(layer::name(p)), counts.of(p)});
    }
}

void fragment_rows(Rows &out, const FragmentCounts &counts) {
    out.push_back({"fragments", "datagrams put together", counts.whole});
    out.push_back({"fragments", "datagrams without their first fragment", counts.headless,
                   "not shown: it has the ports"});
    out.push_back({"fragments", "datagrams without a later fragment", counts.incomplete,
                   "not shown: a filter for ports drops them"});
    out.push_back({"fragments", "unusable fragments", counts.unusable, "cut by the capture, or wrong"});
}

void connection_rows(Rows &out, const ConnectionCounts &counts) {
    const auto speak = [&](Speech s) { return counts.speak[static_cast<std::size_t>(s)]; };
    out.push_back({"tcp", "directions with SIP", speak(Speech::sip)});
    out.push_back({"tcp", "directions with WebSocket", speak(Speech::websocket)});
    out.push_back({"tcp", "directions with something else", speak(Speech::other)});
    out.push_back({"tcp", "directions without data", speak(Speech::nothing)});
    out.push_back(
        {"tcp", "gaps", counts.gaps, "segments that the capture lacks: messages there are not shown"});
    out.push_back({"tcp", "directions given up", counts.given_up, "too many at a time"});
    for (const auto &[session, count] : counts.tls)
        out.push_back({"tls", session.first, count, session.second});
    out.push_back({"websocket", "messages", counts.websocket.messages});
    out.push_back({"websocket", "control frames", counts.websocket.control});
    out.push_back({"websocket", "frames without a beginning", counts.websocket.orphans,
                   "skipped: it was not captured"});
    out.push_back({"websocket", "messages not readable", counts.websocket.damaged,
                   "skipped: too long, or compressed behind a gap"});
}

} // namespace

void Census::add(const SipRecord &record, bool shown) {
    if (shown)
        ++sip_[static_cast<std::size_t>(record.transport)];
    else
        ++unreadable_;
}

void Census::add(const Datagram &datagram, bool of_a_call) { ++udp_[payload_of(datagram, of_a_call)]; }

// RFC 7983 section 7: the first byte tells.
Census::Payload Census::payload_of(const Datagram &datagram, bool of_a_call) {
    if (of_a_call)
        return media;
    switch (wire::rtp::kind_of(datagram.payload)) {
    case wire::rtp::Kind::rtp: return lone_rtp;
    case wire::rtp::Kind::rtcp: return lone_rtcp;
    case wire::rtp::Kind::other: break;
    }
    const unsigned first = datagram.payload.empty() ? 255 : datagram.payload[0];
    if (first <= 3)
        return stun;
    if (first >= 16 && first <= 19)
        return zrtp;
    if (first >= 20 && first <= 63)
        return dtls;
    return first >= 64 && first <= 79 ? turn : other;
}

std::vector<Census::Row> Census::rows(const FileFacts &file, const Decoder &decoder) const {
    Rows out;
    file_rows(out, file, decoder.counts());
    layer_rows(out, decoder.counts());
    fragment_rows(out, decoder.fragments());
    connection_rows(out, decoder.connections());
    out.push_back({"udp", "media of calls", udp_[media]});
    out.push_back(
        {"udp", "RTP without a call", udp_[lone_rtp], "no session description names where it goes"});
    out.push_back({"udp", "RTCP without a call", udp_[lone_rtcp]});
    out.push_back({"udp", "STUN", udp_[stun]});
    out.push_back({"udp", "DTLS", udp_[dtls]});
    out.push_back({"udp", "ZRTP", udp_[zrtp]});
    out.push_back({"udp", "TURN channel data", udp_[turn], "media in it are not shown"});
    out.push_back({"udp", "something else", udp_[other]});
    for (std::size_t i = 0; i < transports; ++i)
        out.push_back({"sip", std::string(via_name(static_cast<Transport>(i))), sip_[i]});
    out.push_back({"sip", "not readable", unreadable_, "a start line of SIP, and no message behind it"});
    std::erase_if(out, [](const Row &row) { return row.count == 0; });
    return out;
}

} // namespace cord::engine::trace
