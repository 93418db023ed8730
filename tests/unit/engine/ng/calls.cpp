#include "calls.hpp"

#include "base/text.hpp"
#include "support/files.hpp"

namespace cord::test {

namespace {

Dict command(const char *name, const std::string &sdp, const Dict &more, const Tags &tags) {
    Dict out{{"command", name}, {"call-id", "c"}, {"from-tag", tags.from}, {"sdp", sdp}};
    if (!tags.to.empty())
        out.push_back({"to-tag", tags.to});
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

} // namespace

std::string recorded(const std::string &name) {
    const std::string text = tests::read_file(tests::data("clients/" + name));
    return text.substr(text.find("v=0"));
}

const std::string browser_audio = recorded("jssip/calls-phone/invite-audio-2-auth.txt");
const std::string browser_av = recorded("jssip/av-browser-to-browser/invite-av.txt");
const std::string browser_answer = recorded("jssip/called-by-phone/answer-200.txt");
const std::string phone_offer = recorded("baresip/calls-browser/invite-2-auth.txt");
const std::string phone_answer = recorded("baresip/called-by-jssip/answer-200.txt");

std::string audio(const std::vector<std::string> &media, const std::string &line) {
    std::string out =
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n" + line + "\r\n";
    for (const std::string &attribute : media)
        out += attribute + "\r\n";
    return out;
}

const Tags from_caller{"f", "t"};
const Tags from_callee{"t", "f"};

Dict offer(const std::string &sdp, const Dict &more, const Tags &tags) {
    return command("offer", sdp, more, tags);
}

Dict answer(const std::string &sdp, const Dict &more, const Tags &tags) {
    return command("answer", sdp, more, tags);
}

const Dict to_phone{{"transport-protocol", "RTP/AVP"},
                    {"ICE", "remove"},
                    {"rtcp-mux", List{"demux"}},
                    {"replace", List{"origin"}}};

const Dict to_browser{{"transport-protocol", "UDP/TLS/RTP/SAVPF"},
                      {"ICE", "force"},
                      {"SDES", List{"off"}},
                      {"replace", List{"origin"}}};

std::string established(Bench &bench, const std::string &offered, const Dict &towards,
                        const std::string &answered) {
    bench.rewritten(offer(offered, towards));
    return bench.rewritten(answer(answered));
}

bool is_done(const Dict &reply) { return wire::bencode::write(reply) == "d6:result2:oke"; }

std::string value(const std::string &sdp, std::string_view attribute) {
    auto session = wire::sdp::parse(sdp);
    REQUIRE(session);
    return std::string(session->media.at(0).attributes.value(attribute));
}

std::string m_line(const std::string &sdp, std::size_t section) {
    std::vector<std::string> found;
    base::split(sdp, '\n', [&](std::string_view line) {
        if (line.starts_with("m="))
            found.emplace_back(base::trim(line));
    });
    return found.at(section);
}

std::string rules(const Plan &plan, std::size_t side, std::size_t section) {
    std::string out;
    for (const engine::media::PayloadRule &rule : plan.sides[side].streams.at(section)->incoming)
        out += (out.empty() ? "" : " ") + (rule.transcode ? rule.from_codec.name + ":" : "") +
               std::to_string(rule.from) + "->" + std::to_string(rule.to);
    return out;
}

} // namespace cord::test
