#include "engine/proxy/bridge.hpp"

#include "wire/bencode/bencode.hpp"
#include "wire/sdp/kind.hpp"
#include "wire/sdp/session.hpp"

namespace cord::engine::proxy {
namespace {

using wire::bencode::Dict;
using wire::bencode::List;
using wire::bencode::Value;

Dict request(const char *command, std::string_view call_id) {
    return {{"command", command}, {"call-id", call_id}};
}

/// Whose SDP it is and what its receiver speaks. A plain sender is not told its profile here: in an answer
/// the breaker gives back the one that the offer came with, so that a phone which offers SDES gets SDES.
Dict sdp_request(const char *command, const BridgeSession &session, const Crossing &crossing,
                 std::string_view sdp) {
    Dict dict = request(command, session.call_id);
    dict.push_back({"from-tag", crossing.from_tag});
    if (!crossing.to_tag.empty())
        dict.push_back({"to-tag", crossing.to_tag});
    if (crossing.first) {
        dict.push_back({"via-branch", session.via_branch});
        dict.push_back({"supports", List{"load limit"}});
    }
    dict.push_back({"replace", List{"origin"}});
    if (crossing.receiver == MediaKind::webrtc) {
        dict.push_back({"ICE", "force"});
        dict.push_back({"SDES", List{"off"}});
        dict.push_back({"flags", List{"generate-mid"}});
    } else {
        dict.push_back({"ICE", "remove"});
    }
    dict.push_back({"sdp", sdp});
    return dict;
}

} // namespace

std::optional<MediaKind> media_kind(std::string_view sdp) {
    auto session = wire::sdp::parse(sdp);
    if (!session)
        return std::nullopt;
    return wire::sdp::kind(*session) == wire::sdp::Kind::webrtc ? MediaKind::webrtc : MediaKind::plain;
}

std::string ng_offer(const BridgeSession &session, const Crossing &crossing, std::string_view sdp) {
    Dict dict = sdp_request("offer", session, crossing, sdp);
    if (crossing.receiver == MediaKind::webrtc) {
        dict.push_back({"transport-protocol", "UDP/TLS/RTP/SAVPF"});
        dict.push_back({"rtcp-mux", List{"offer", "require"}});
        dict.push_back({"bundle", List{"offer"}});
    } else if (crossing.sender == MediaKind::webrtc) {
        dict.push_back({"transport-protocol", "RTP/AVP"});
        dict.push_back({"rtcp-mux", List{"demux"}});
    }
    return write(Value(std::move(dict)));
}

std::string ng_answer(const BridgeSession &session, const Crossing &crossing, std::string_view sdp) {
    Dict dict = sdp_request("answer", session, crossing, sdp);
    if (crossing.receiver == MediaKind::webrtc)
        dict.push_back({"rtcp-mux", List{"accept"}});
    return write(Value(std::move(dict)));
}

std::string ng_play_dtmf(const BridgeSession &session, std::string_view from_tag, std::string_view to_tag,
                         std::uint8_t key, std::optional<std::uint32_t> duration_ms) {
    Dict dict = request("play DTMF", session.call_id);
    dict.push_back({"from-tag", from_tag});
    dict.push_back({"to-tag", to_tag});
    dict.push_back({"code", std::int64_t{key}});
    if (duration_ms)
        dict.push_back({"duration", std::int64_t{*duration_ms}});
    return write(Value(std::move(dict)));
}

std::string ng_request_key_frame(const BridgeSession &session, std::string_view from_tag,
                                 std::string_view to_tag) {
    Dict dict = request("request key frame", session.call_id);
    dict.push_back({"from-tag", from_tag});
    dict.push_back({"to-tag", to_tag});
    return write(Value(std::move(dict)));
}

bool ng_done(std::optional<std::string_view> reply) {
    if (!reply)
        return false;
    auto value = wire::bencode::parse(*reply);
    return value && value->dict() != nullptr && wire::bencode::text_of(*value->dict(), "result") == "ok";
}

std::string ng_delete_branch(const BridgeSession &session, std::string_view caller_tag) {
    Dict dict = request("delete", session.call_id);
    dict.push_back({"from-tag", caller_tag});
    dict.push_back({"via-branch", session.via_branch});
    dict.push_back({"delete-delay", std::int64_t{0}});
    return write(Value(std::move(dict)));
}

std::string ng_delete_call(std::string_view call_id) {
    Dict dict = request("delete", call_id);
    dict.push_back({"delete-delay", std::int64_t{0}});
    return write(Value(std::move(dict)));
}

NgReply read_ng_reply(std::optional<std::string_view> reply) {
    if (!reply)
        return {{}, "the media breaker does not answer"};
    auto value = wire::bencode::parse(*reply);
    const Dict *dict = value ? value->dict() : nullptr;
    if (dict == nullptr)
        return {{}, "the media breaker's answer cannot be read"};
    const std::string_view result = wire::bencode::text_of(*dict, "result");
    if (result == "load limit")
        return {{},
                "the media breaker has no room: " + std::string(wire::bencode::text_of(*dict, "message")),
                true};
    if (result != "ok") {
        std::string reason(wire::bencode::text_of(*dict, "error-reason"));
        const bool busy = reason == "Ran out of ports";
        return {{}, reason.empty() ? "the media breaker refused" : std::move(reason), busy};
    }
    return {std::string(wire::bencode::text_of(*dict, "sdp")), "the media breaker gave no description"};
}

} // namespace cord::engine::proxy
