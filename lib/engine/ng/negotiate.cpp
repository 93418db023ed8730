#include "engine/ng/negotiate.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "engine/ng/codecs.hpp"
#include "engine/ng/describe.hpp"
#include "engine/ng/facing.hpp"
#include "wire/sdp/kind.hpp"

namespace cord::engine::ng {
namespace {

/// RFC 8445 section 5.3: at least 24 and 128 bits of randomness.
ice::Credentials fresh_credentials(base::Random &random) { return {random.token(8), random.token(24)}; }

srtp::MasterKey fresh_key(srtp::Suite suite, base::Random &random) {
    std::array<std::uint8_t, 46> bytes{};
    random.fill(bytes);
    srtp::MasterKey key(suite, base::Bytes(bytes).first(srtp::MasterKey::size(suite)));
    crypto::wipe(bytes);
    return key;
}

/// The key for a suite that the transport has already, else a new one.
srtp::MasterKey key_for(const Transport &transport, srtp::Suite suite, base::Random &random) {
    for (const SdesKey &key : transport.sdes)
        if (key.key.suite() == suite)
            return key.key;
    return fresh_key(suite, random);
}

bool is_allowed(const srtp::SuiteFacts &suite, const Words &wishes) {
    bool only = false, named = false;
    const std::string name = spelled(suite.sdes_name);
    for (const std::string &wish : wishes) {
        if (wish == "no-" + name)
            return false;
        only |= wish.starts_with("only-");
        named |= wish == "only-" + name;
    }
    return !only || named;
}

/// One a=crypto line for each suite that we offer; keys in use stay.
void offer_suites(Transport &transport, const Words &wishes, base::Random &random) {
    std::vector<SdesKey> keys;
    for (const srtp::SuiteFacts &suite : srtp::suites)
        if (is_allowed(suite, wishes))
            keys.push_back(
                {static_cast<std::uint32_t>(keys.size() + 1), key_for(transport, suite.suite, random)});
    transport.sdes = std::move(keys);
}

/// The first line of the peer's offer that we can speak.
std::optional<sdp::Crypto> usable_crypto(const sdp::Media &media) {
    for (std::string_view value : media.attributes.values("crypto")) {
        auto crypto = sdp::read_crypto(value);
        // Session parameters other than key lifetime change what is encrypted: RFC 4568 section 6.3 has a
        // line whose parameters are not understood refused.
        if (!crypto || crypto->has_mki || !crypto->session_parameters.empty())
            continue;
        auto suite = srtp::suite_by_name(crypto->suite);
        if (suite && crypto->key.size() == srtp::MasterKey::size(*suite))
            return crypto;
    }
    return std::nullopt;
}

/// Whether we can do what the offered section asks for. RFC 4568 section 5.1.2: exactly one of the offered
/// a=crypto lines is accepted, or the stream MUST be rejected.
bool is_acceptable(const Side &offerer, const sdp::Media &offered) {
    return is_relayed(offered) && (!offerer.facing.sdes || usable_crypto(offered));
}

/// Answers an offer of keys: RFC 4568 section 5.1.2 has the same tag and suite come back with our key.
void answer_suite(Transport &transport, const sdp::Media &offered, base::Random &random) {
    if (auto crypto = usable_crypto(offered))
        transport.sdes = {{crypto->tag, key_for(transport, *srtp::suite_by_name(crypto->suite), random)}};
}

/// The keys that both sides' a=crypto lines agree on: ours by the tag that the peer's names.
std::optional<media::SdesPlan> agreed_keys(const Transport &transport, const sdp::Media &peer) {
    auto crypto = usable_crypto(peer);
    if (!crypto)
        return std::nullopt;
    for (const SdesKey &ours : transport.sdes)
        if (ours.tag == crypto->tag && srtp::suite_by_name(crypto->suite) == ours.key.suite())
            return media::SdesPlan{ours.key, {ours.key.suite(), base::as_bytes(crypto->key)}};
    return std::nullopt;
}

std::vector<dtls::Fingerprint> fingerprints_of(const sdp::Session &session, const sdp::Media &media) {
    std::vector<dtls::Fingerprint> out;
    for (const sdp::Fingerprint &f : sdp::fingerprints(session, media)) {
        const std::string line = sdp::write(f);
        out.push_back({f.hash, line.substr(f.hash.size() + 1)});
    }
    return out;
}

/// Who begins the handshake. RFC 8842 section 5: what was agreed on stays while the association does.
void settle_role(Transport &transport, std::optional<sdp::Setup> theirs, bool we_answer, bool passive) {
    if (theirs == sdp::Setup::active)
        transport.role = dtls::Role::server;
    else if (theirs == sdp::Setup::passive)
        transport.role = dtls::Role::client;
    else if (we_answer && !transport.role_settled)
        transport.role = passive ? dtls::Role::server : dtls::Role::client;
    transport.role_settled = true;
}

/// Takes over what the peer has said about the path: the section that a transport is described by is the
/// first in use.
void settle(Side &side, bool we_answer, base::Random &random) {
    std::vector<bool> done(side.transports.size());
    for (const Section &section : side.sections) {
        if (!section.in_use || done[section.transport] || !side.peer)
            continue;
        done[section.transport] = true;
        Transport &transport = *side.transports[section.transport];
        // RFC 8445 section 9 and RFC 8839 section 4.4.1.1.1: another fragment asks for a restart, and the
        // answer to it has new ones, too.
        std::string ufrag(sdp::inherited(*side.peer, section.peer, "ice-ufrag"));
        if (we_answer && !transport.peer_ufrag.empty() && transport.peer_ufrag != ufrag)
            transport.ice = fresh_credentials(random);
        transport.peer_ufrag = std::move(ufrag);
        auto fingerprints = fingerprints_of(*side.peer, section.peer);
        if (!transport.peer_fingerprints.empty() && transport.peer_fingerprints != fingerprints) {
            ++transport.association;
            transport.role_settled = false;
        }
        transport.peer_fingerprints = std::move(fingerprints);
        settle_role(transport, sdp::read_setup(sdp::inherited(*side.peer, section.peer, "setup")), we_answer,
                    side.facing.passive);
        if (we_answer && side.facing.sdes)
            answer_suite(transport, section.peer, random);
        transport.agreed = agreed_keys(transport, section.peer);
    }
}

std::uint16_t mid_extension_of(const sdp::Media &media) {
    for (std::string_view value : media.attributes.values("extmap"))
        if (auto extmap = sdp::read_extmap(value);
            extmap && extmap->uri == sdp::mid_extension && extmap->id <= 14)
            return extmap->id;
    return 0;
}

void resize(Side &side, std::size_t sections) {
    side.sections.resize(sections);
    side.transports.resize(std::max(side.transports.size(), sections));
}

/// Writes the offerer's sections down.
void take_sections(Side &side, const sdp::Session &offer, const std::vector<std::size_t> &owners) {
    side.peer = offer;
    for (std::size_t i = 0; i < offer.media.size(); ++i) {
        Section &section = side.sections[i];
        section.peer = offer.media[i];
        section.protocol = offer.media[i].protocol;
        section.mid = offer.media[i].attributes.value("mid");
        section.transport = owners[i];
        section.in_use = is_acceptable(side, offer.media[i]);
        section.mid_extension = side.facing.webrtc() ? mid_extension_of(offer.media[i]) : 0;
    }
}

/// Lays out the sections that the answerer gets to see, with the codecs to offer.
void offer_sections(Session &session, const sdp::Session &offer, const std::vector<std::size_t> &owners,
                    const Options &options, const Config &config) {
    Side &from = session.sides[session.offerer], &to = session.sides[1 - session.offerer];
    PayloadTypes taken;
    session.codecs.assign(offer.media.size(), {});
    for (std::size_t i = 0; i < offer.media.size(); ++i) {
        Section &section = to.sections[i];
        const sdp::Media &media = offer.media[i];
        section.protocol = sdp::is_rtp_profile(media.protocol) ? to.facing.protocol : media.protocol;
        section.transport = owners[i];
        if (section.mid.empty())
            section.mid = from.sections[i].mid.empty() ? std::to_string(i) : from.sections[i].mid;
        section.ours.clear();
        section.in_use = false;
        if (!is_acceptable(from, media))
            continue;
        if (!to.facing.bundle)
            taken.clear();
        CodecContext context{config.spoken, from.facing.webrtc(), to.facing.webrtc(),
                             section.peer.formats.empty() ? nullptr : &section.peer};
        session.codecs[i] = offer_codecs(media, context, options.codec, taken);
        for (const CodecMatch &match : session.codecs[i])
            if (match.answerer)
                section.ours.push_back(*match.answerer);
        section.in_use = !section.ours.empty();
        if (to.facing.webrtc() && to.facing.bundle && section.mid_extension == 0)
            section.mid_extension = 1;
    }
}

/// What the answer makes of the facing that the offer proposed.
void narrow(Facing &facing, const sdp::Session &answer) {
    auto leading = std::find_if(answer.media.begin(), answer.media.end(), is_relayed);
    if (leading == answer.media.end())
        return;
    if (facing.offers_mux)
        facing.mux = leading->attributes.has("rtcp-mux");
    if (facing.ice)
        facing.ice = !sdp::inherited(answer, *leading, "ice-ufrag").empty();
    if (facing.dtls && facing.sdes) {
        facing.dtls = !sdp::fingerprints(answer, *leading).empty();
        facing.sdes = !facing.dtls;
    }
}

/// Whether a section of the answer can be used at all, codecs aside.
bool is_accepted(const Side &side, const Section &section, const sdp::Session &answer,
                 const sdp::Media &media) {
    if (!is_relayed(media) || !side.transports[section.transport])
        return false;
    if (side.facing.dtls)
        return !sdp::fingerprints(answer, media).empty();
    return !side.facing.sdes || agreed_keys(*side.transports[section.transport], media);
}

/// A peer that does not bundle what we have put on one port is left with the first section.
bool is_lost_to_bundling(const Side &side, std::size_t section, const sdp::Session &answer) {
    if (!side.facing.bundle || !sdp::bundle(answer).empty())
        return false;
    for (std::size_t i = 0; i < section; ++i)
        if (side.sections[i].in_use)
            return true;
    return false;
}

bool translates(const std::vector<media::PayloadRule> &rules) {
    return std::any_of(rules.begin(), rules.end(),
                       [](const media::PayloadRule &rule) { return rule.transcode; });
}

void answer_section(Session &session, std::size_t i, const sdp::Session &answer, const Spoken &spoken) {
    Side &from = session.sides[session.offerer], &to = session.sides[1 - session.offerer];
    Section &theirs = to.sections[i], &ours = from.sections[i];
    theirs.in_use = ours.in_use = false;
    if (i >= answer.media.size() || session.codecs[i].empty())
        return;
    const sdp::Media &media = answer.media[i];
    theirs.peer = media;
    if (!is_accepted(to, theirs, answer, media) || is_lost_to_bundling(to, i, answer))
        return;
    CodecOutcome outcome = answer_codecs(session.codecs[i], media, spoken);
    if (outcome.to_offerer.empty())
        return;
    theirs.in_use = ours.in_use = true;
    ours.transcoded = theirs.transcoded = translates(outcome.from_offerer);
    ours.ours = std::move(outcome.to_offerer);
    theirs.mid_extension = to.facing.webrtc() ? mid_extension_of(media) : 0;
    session.rules[session.offerer][i] = std::move(outcome.from_offerer);
    session.rules[1 - session.offerer][i] = std::move(outcome.from_answerer);
}

} // namespace

sdp::Session take_offer(Session &session, std::size_t offerer, const sdp::Session &offer,
                        const Layout &layout, const std::vector<BoundPort> &ports, const Options &options,
                        const Config &config, base::Random &random) {
    session.offerer = offerer;
    Side &from = session.sides[offerer], &to = session.sides[1 - offerer];
    for (std::size_t s : {0, 1}) {
        session.sides[s].facing = layout.sides[s].facing;
        session.sides[s].interface = layout.sides[s].interface;
        resize(session.sides[s], offer.media.size());
    }
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const auto [side, section] = layout.to_bind[i];
        session.sides[side].transports[section] = Transport{ports[i], fresh_credentials(random)};
    }
    for (const auto [side, section] : layout.shared)
        session.sides[side].transports[section] =
            Transport{*config.interfaces[session.sides[side].interface].shared, fresh_credentials(random)};
    from.source = options.has("sip-source-address") ? options.received_from : std::nullopt;
    take_sections(from, offer, layout.sides[offerer].owners);
    offer_sections(session, offer, layout.sides[1 - offerer].owners, options, config);
    if (to.facing.sdes)
        for (auto &transport : to.transports)
            if (transport)
                offer_suites(*transport, options.sdes, random);
    if (!session.answered)
        settle(from, true, random);
    return describe(session, 1 - offerer, offer, true, options, config);
}

sdp::Session take_answer(Session &session, const sdp::Session &answer, const Options &options,
                         const Config &config, base::Random &random) {
    Side &from = session.sides[session.offerer], &to = session.sides[1 - session.offerer];
    to.peer = answer;
    to.source = options.has("sip-source-address") ? options.received_from : std::nullopt;
    narrow(to.facing, answer);
    for (auto &rules : session.rules)
        rules.assign(to.sections.size(), {});
    for (std::size_t i = 0; i < to.sections.size(); ++i)
        answer_section(session, i, answer, config.spoken);
    settle(from, true, random);
    settle(to, false, random);
    session.answered = true;
    return describe(session, session.offerer, answer, false, options, config);
}

} // namespace cord::engine::ng
