#include "engine/trace/session.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/sdp/attributes.hpp"
#include "wire/sdp/session.hpp"

namespace cord::engine::trace {
namespace {

namespace sdp = wire::sdp;

// "opus/48000/2;useinbandfec=1": what stands in a=fmtp goes along where it is made of parameters.
std::optional<wire::rtp::CodecSpec> codec_of(const sdp::Format &format) {
    std::string text = format.map.name + '/' + std::to_string(format.map.clock_rate);
    if (format.map.channels > 1)
        text += '/' + std::to_string(format.map.channels);
    std::string parameters = format.parameters;
    std::erase_if(parameters, base::is_space);
    auto spec = wire::rtp::CodecSpec::parse(text + ';' + parameters);
    if (!spec || parameters.find('=') == std::string::npos)
        spec = wire::rtp::CodecSpec::parse(text);
    return spec ? std::optional(*std::move(spec)) : std::nullopt;
}

// RFC 3605: RTCP goes one port higher where nothing else is said; RFC 5761: to the same port with rtcp-mux.
base::Endpoint rtcp_of(const sdp::Media &media, const base::Endpoint &at) {
    base::Endpoint out = at;
    if (media.rejected() || media.attributes.has("rtcp-mux"))
        return out;
    out.port = static_cast<std::uint16_t>(at.port + 1);
    if (const auto said = sdp::read_rtcp(media.attributes.value("rtcp"))) {
        out.port = said->port;
        if (said->connection)
            out.ip = said->connection->ip().value_or(out.ip);
    }
    return out;
}

// Over UDP, with addresses: names (mDNS) are told to nobody but the peer's resolver.
std::vector<base::Endpoint> candidates_of(const sdp::Media &media) {
    std::vector<base::Endpoint> out;
    for (const std::string_view value : media.attributes.values("candidate")) {
        const auto c = sdp::read_candidate(value);
        const auto ip =
            c && base::iequals(c->transport, "udp") ? base::IpAddress::parse(c->address) : std::nullopt;
        if (ip && out.size() < base::limits::trace_candidates)
            out.push_back({*ip, c->port});
    }
    return out;
}

MediaLine media_line(const sdp::Session &session, const sdp::Media &media) {
    MediaLine out;
    out.kind = media.type;
    out.profile = media.protocol;
    const sdp::Connection *connection = sdp::connection_of(session, media);
    out.at = {connection != nullptr ? connection->ip().value_or(base::IpAddress{}) : base::IpAddress{},
              media.port};
    out.rtcp = rtcp_of(media, out.at);
    out.candidates = candidates_of(media);
    for (const sdp::Format &format : sdp::formats(media)) {
        const auto codec = codec_of(format);
        if (!codec || !out.codecs.emplace(format.map.payload_type, *codec).second)
            continue;
        if (std::find(out.names.begin(), out.names.end(), codec->name) == out.names.end())
            out.names.push_back(codec->name);
    }
    return out;
}

} // namespace

std::string_view sdp_body(const wire::sip::Message &m) {
    const auto type = m.header(wire::sip::HeaderId::content_type);
    if (!type || !base::iequals(base::trim(base::cut(*type, ';').first), "application/sdp"))
        return {};
    return m.body();
}

std::vector<MediaLine> media_lines(std::string_view text) {
    std::vector<MediaLine> out;
    if (text.empty())
        return out;
    if (const auto session = sdp::parse(text))
        for (const sdp::Media &media : session->media)
            out.push_back(media_line(*session, media));
    return out;
}

std::string summary(const MediaLine &media) {
    if (media.at.port == 0)
        return media.kind + " refused";
    std::string out = media.kind + ' ' + media.at.text() + ' ';
    for (const std::string &name : media.names)
        out += ' ' + name;
    return out;
}

} // namespace cord::engine::trace
