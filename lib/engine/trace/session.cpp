#include "engine/trace/session.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace cord::engine::trace {
namespace {

using base::cut;

std::vector<std::string_view> words(std::string_view s) {
    std::vector<std::string_view> out;
    base::split(s, ' ', [&](std::string_view w) {
        if (!w.empty())
            out.push_back(w);
    });
    return out;
}

// RFC 8866 section 5.7: nettype, addrtype, address; of a multicast address, slashes behind it.
std::optional<base::IpAddress> connection_address(std::string_view value) {
    const auto w = words(value);
    return w.size() < 3 ? std::nullopt : base::IpAddress::parse(cut(w[2], '/').first);
}

std::uint16_t port_of(std::string_view s) {
    return static_cast<std::uint16_t>(base::to_uint(cut(s, '/').first, 65'535).value_or(0));
}

// m=<media> <port> <proto> <fmt> ...
MediaLine media_line(std::string_view value, const base::IpAddress &session_address) {
    MediaLine out;
    const auto w = words(value);
    if (w.size() < 3)
        return out;
    out.kind = w[0];
    out.at = {session_address, port_of(w[1])};
    // RFC 3605: RTCP goes one port higher where nothing else is said.
    out.rtcp = {session_address, static_cast<std::uint16_t>(out.at.port == 0 ? 0 : out.at.port + 1)};
    out.profile = w[2];
    for (std::size_t i = 3; i < w.size(); ++i)
        if (const auto pt = base::to_uint(w[i], 127))
            if (const auto codec = wire::rtp::static_codec(static_cast<std::uint8_t>(*pt)))
                out.codecs.emplace(static_cast<std::uint8_t>(*pt), *codec);
    return out;
}

// a=rtpmap:<pt> <name>/<rate>[/<channels>]
void rtpmap(std::string_view value, MediaLine &out) {
    const auto [number, codec] = cut(value, ' ');
    const auto pt = base::to_uint(number, 127);
    auto spec = wire::rtp::CodecSpec::parse(base::trim(codec));
    if (pt && spec)
        out.codecs[static_cast<std::uint8_t>(*pt)] = *std::move(spec);
}

// a=rtcp:<port> [nettype addrtype address]
void rtcp(std::string_view value, MediaLine &out) {
    const auto [port, where] = cut(value, ' ');
    out.rtcp.port = port_of(port);
    if (const auto ip = connection_address(where))
        out.rtcp.ip = *ip;
}

// a=candidate:<foundation> <component> <transport> <priority> <address> <port> typ …; names (mDNS) are passed
// over.
void candidate(std::string_view value, MediaLine &out) {
    const auto w = words(value);
    if (w.size() < 6 || !base::iequals(w[2], "udp") ||
        out.candidates.size() >= base::limits::trace_candidates)
        return;
    const auto ip = base::IpAddress::parse(w[4]);
    if (ip)
        out.candidates.push_back({*ip, port_of(w[5])});
}

void attribute(std::string_view text, MediaLine &out) {
    const auto [name, value] = cut(text, ':');
    if (name == "rtpmap")
        rtpmap(value, out);
    else if (name == "rtcp")
        rtcp(value, out);
    else if (name == "candidate")
        candidate(value, out);
    else if (name == "rtcp-mux")
        out.rtcp = out.at;
}

} // namespace

std::string_view sdp_body(const wire::sip::Message &m) {
    const auto type = m.header(wire::sip::HeaderId::content_type);
    if (!type || !base::iequals(base::trim(cut(*type, ';').first), "application/sdp"))
        return {};
    return m.body();
}

std::vector<MediaLine> media_lines(std::string_view sdp) {
    std::vector<MediaLine> out;
    base::IpAddress session_address;
    base::split(sdp, '\n', [&](std::string_view line) {
        line = base::trim(line);
        if (line.size() < 2 || line[1] != '=')
            return;
        const std::string_view value = line.substr(2);
        if (line[0] == 'm' && out.size() < base::limits::sdp_media) {
            out.push_back(media_line(value, session_address));
        } else if (line[0] == 'c') {
            const auto ip = connection_address(value);
            if (ip && out.empty())
                session_address = *ip;
            else if (ip)
                out.back().at.ip = out.back().rtcp.ip = *ip;
        } else if (line[0] == 'a' && !out.empty()) {
            attribute(value, out.back());
        }
    });
    return out;
}

std::string summary(const MediaLine &media) {
    std::string out = media.kind;
    if (media.at.port == 0)
        return out + " refused";
    out += ' ' + media.at.text() + ' ' + media.profile;
    for (const auto &[pt, codec] : media.codecs)
        out += ' ' + codec.name;
    return out;
}

} // namespace cord::engine::trace
