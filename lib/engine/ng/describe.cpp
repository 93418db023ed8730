#include "engine/ng/describe.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "wire/sdp/kind.hpp"

namespace cord::engine::ng {
namespace {

/// Attributes that we decide on and write ourselves.
constexpr std::array own_attributes = std::to_array<std::string_view>({
    "bundle-only",   "candidate", "crypto",        "end-of-candidates", "extmap",      "extmap-allow-mixed",
    "fingerprint",   "fmtp",      "group",         "ice-lite",          "ice-options", "ice-pacing",
    "ice-pwd",       "ice-ufrag", "identity",      "inactive",          "maxptime",    "mid",
    "msid-semantic", "ptime",     "recvonly",      "remote-candidates", "rid",         "rtcp",
    "rtcp-fb",       "rtcp-mux",  "rtcp-mux-only", "rtcp-rsize",        "rtcp-xr",     "rtpmap",
    "sendonly",      "sendrecv",  "setup",         "simulcast",         "tls-id",
});

class Description {
  public:
    Description(const Session &session, std::size_t to, const sdp::Session &source, bool is_offer,
                const Options &options, const Config &config)
        : side_(session.sides[to]), other_(session.sides[1 - to]), source_(source), is_offer_(is_offer),
          options_(options), config_(config),
          address_(options.media_address.value_or(config.interfaces[side_.interface].advertised)) {}

    sdp::Session write() {
        out_.origin = source_.origin;
        if (options_.replace.contains("origin") || options_.replace.contains("origin-full")) {
            const auto c = sdp::Connection::of(address_);
            out_.origin.address_type = c.address_type;
            out_.origin.address = c.address;
        }
        out_.name = source_.name;
        out_.connection = sdp::Connection::of(address_);
        out_.lines = source_.lines;
        out_.times = source_.times;
        session_attributes();
        for (std::size_t i = 0; i < side_.sections.size(); ++i)
            out_.media.push_back(section(i));
        return std::move(out_);
    }

  private:
    [[nodiscard]] bool passes(const sdp::Attribute &a) const {
        if (std::find(own_attributes.begin(), own_attributes.end(), a.name) != own_attributes.end())
            return false;
        // Streams keep their names between browsers alone: a phone does not know them, and a browser would
        // wait for those of a phone.
        return !sdp::is_webrtc_attribute(a.name) || (side_.facing.webrtc() && other_.facing.webrtc());
    }

    void session_attributes() {
        if (side_.facing.ice)
            out_.attributes.add("ice-lite");
        sdp::Group group{"BUNDLE", {}};
        for (const Section &section : side_.sections)
            if (section.in_use)
                group.mids.push_back(section.mid);
        if (side_.facing.bundle && !group.mids.empty())
            out_.attributes.add("group", sdp::write(group));
        if (side_.facing.webrtc() && other_.facing.webrtc())
            if (const auto *semantic = source_.attributes.find("msid-semantic"))
                out_.attributes.add(semantic->name, semantic->value);
        for (const sdp::Attribute &a : source_.attributes)
            if (passes(a))
                add(out_.attributes, a);
    }

    static void add(sdp::Attributes &to, const sdp::Attribute &a) {
        if (a.has_value)
            to.add(a.name, a.value);
        else
            to.add(a.name);
    }

    sdp::Media section(std::size_t i) {
        const Section &mine = side_.sections[i];
        sdp::Media out;
        out.type = mine.peer.type;
        out.protocol = mine.protocol;
        const sdp::Media *said = i < source_.media.size() ? &source_.media[i] : nullptr;
        if (is_offer_ && said)
            out.type = said->type;
        if (side_.facing.mids && !mine.mid.empty())
            out.attributes.add("mid", mine.mid);
        if (!mine.in_use || !said) {
            // RFC 3264 section 6: a section that is not wanted stays in its place with port zero.
            out.formats = is_offer_ && said ? said->formats : mine.peer.formats;
            return out;
        }
        const Transport &transport = *side_.transports[mine.transport];
        out.port = transport.port.local.port;
        out.lines = said->lines;
        codecs(out, mine);
        header_extension(out, mine);
        passed_on(out, *said, mine);
        out.attributes.add(std::string(sdp::name(direction_of(source_, *said))));
        rtcp(out, *said, transport);
        keys(out, transport);
        ice(out, transport);
        return out;
    }

    void codecs(sdp::Media &out, const Section &mine) const {
        for (const sdp::Format &format : mine.ours) {
            const std::string number = std::to_string(format.map.payload_type);
            out.formats.push_back(number);
            out.attributes.add("rtpmap", sdp::write(format.map));
            if (!format.parameters.empty())
                out.attributes.add("fmtp", number + " " + format.parameters);
            if (sdp::has_feedback(mine.protocol))
                for (const std::string &feedback : format.feedback)
                    out.attributes.add("rtcp-fb", number + " " + feedback);
        }
    }

    /// Only the mid is carried from side to side: it is what a bundle is told apart by (RFC 9143
    /// section 9.2).
    void header_extension(sdp::Media &out, const Section &mine) const {
        if (mine.mid_extension != 0)
            out.attributes.add(
                "extmap", sdp::write(sdp::ExtMap{mine.mid_extension, "", std::string(sdp::mid_extension)}));
    }

    void passed_on(sdp::Media &out, const sdp::Media &said, const Section &mine) const {
        for (const sdp::Attribute &a : said.attributes)
            if (passes(a))
                add(out.attributes, a);
        if (mine.transcoded)
            return;
        for (std::string_view name : {"ptime", "maxptime"})
            if (const sdp::Attribute *a = said.attributes.find(name))
                out.attributes.add(a->name, a->value);
    }

    void rtcp(sdp::Media &out, const sdp::Media &said, const Transport &transport) const {
        const bool mux = side_.facing.mux || (side_.facing.offers_mux && is_offer_);
        const std::uint16_t rtcp_port =
            static_cast<std::uint16_t>(transport.port.local.port + (transport.port.rtcp ? 1 : 0));
        if (options_.has("full-rtcp-attribute"))
            out.attributes.add("rtcp", std::to_string(rtcp_port) + " IN " + out_.connection->address_type +
                                           " " + out_.connection->address);
        else if (!options_.has("no-rtcp-attribute") && (!side_.facing.webrtc()))
            out.attributes.add("rtcp", std::to_string(rtcp_port));
        if (mux)
            out.attributes.add("rtcp-mux");
        // RFC 5506 section 4.2: reduced-size RTCP only where whoever gets it has said so.
        if (sdp::has_feedback(out.protocol) && said.attributes.has("rtcp-rsize"))
            out.attributes.add("rtcp-rsize");
    }

    void keys(sdp::Media &out, const Transport &transport) const {
        if (side_.facing.sdes)
            for (const SdesKey &key : transport.sdes)
                out.attributes.add("crypto", sdp::write(sdp::Crypto{
                                                 key.tag, std::string(srtp::facts(key.key.suite()).sdes_name),
                                                 std::string(base::as_text(key.key.both())), false, ""}));
        if (!side_.facing.dtls)
            return;
        // RFC 8842 section 5.2: an offer says actpass; an answer takes one part.
        const sdp::Setup answer =
            transport.role == dtls::Role::client ? sdp::Setup::active : sdp::Setup::passive;
        out.attributes.add("setup", std::string(sdp::name(is_offer_ ? sdp::Setup::actpass : answer)));
        out.attributes.add("fingerprint", config_.fingerprint.hash + " " + config_.fingerprint.value);
    }

    void ice(sdp::Media &out, const Transport &transport) const {
        if (!side_.facing.ice)
            return;
        out.attributes.add("ice-ufrag", transport.ice.ufrag);
        out.attributes.add("ice-pwd", transport.ice.password);
        // RFC 8445 section 5.1.2.1: (2^24) * 126 for hosts, (2^8) * 65535 for the only address, 256 - 1 for
        // RTP.
        sdp::Candidate host{"1",    1, "UDP", 2'130'706'431, address_.text(), transport.port.local.port,
                            "host", ""};
        out.attributes.add("candidate", sdp::write(host));
        out.attributes.add("end-of-candidates");
    }

    const Side &side_;
    const Side &other_;
    const sdp::Session &source_;
    const bool is_offer_;
    const Options &options_;
    const Config &config_;
    const base::IpAddress address_;
    sdp::Session out_;
};

} // namespace

sdp::Direction direction_of(const sdp::Session &session, const sdp::Media &media) {
    const sdp::Direction said = sdp::direction(session, media);
    const sdp::Connection *c = sdp::connection_of(session, media);
    const bool ice = !sdp::inherited(session, media, "ice-ufrag").empty();
    if (ice || !c || c->address != "0.0.0.0")
        return said;
    // RFC 3264 section 8.4: "RFC 2543 specified that placing a user on hold was accomplished by setting the
    // connection address to 0.0.0.0."
    return sdp::sends(said) ? sdp::Direction::sendonly : sdp::Direction::inactive;
}

sdp::Session describe(const Session &session, std::size_t to, const sdp::Session &source, bool is_offer,
                      const Options &options, const Config &config) {
    return Description(session, to, source, is_offer, options, config).write();
}

} // namespace cord::engine::ng
