// What real browsers and phones send, through an open proxy: each registers, and each INVITE reaches a
// browser and a phone.
#include <filesystem>

#include "base/text.hpp"
#include "bench.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "wire/sdp/session.hpp"
#include "wire/sip/headers.hpp"

using namespace cord;
using namespace cord::test;
using wire::sip::HeaderId;
using wire::sip::Message;

namespace {

/// The recorded messages whose file name begins so, by path below clients/.
std::vector<std::filesystem::path> recorded(std::string_view prefix) {
    std::vector<std::filesystem::path> out;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(tests::data("clients")))
        if (entry.is_regular_file() && entry.path().filename().string().starts_with(prefix) &&
            entry.path().filename().string().find("gateway") == std::string::npos &&
            entry.path().filename() != "register-200.txt")
            out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

engine::proxy::Config open_config() {
    engine::proxy::Config config = Bench::default_config();
    config.authenticate = false;
    return config;
}

/// A client that fits the message: its Via says whether it is a browser.
Client &sender_of(Bench &bench, const Message &m) {
    bool browser = m.header(HeaderId::via)->find("/WSS") != std::string_view::npos;
    return browser ? bench.browser("sender", "10.77.0.11:50000") : bench.phone("sender", "10.77.0.21:5060");
}

void enroll_openly(Bench &bench, Client &client, const std::string &user, const std::string &contact) {
    bench.send(client,
               message("REGISTER sip:iop.test SIP/2.0\nVia: SIP/2.0/UDP h;rport;branch=z9hG4bK" + contact +
                       "\nMax-Forwards: 70\nTo: <sip:" + user + "@iop.test>\nFrom: <sip:" + user +
                       "@iop.test>;tag=1\nCall-ID: e\nCSeq: 1 REGISTER\nContact: <sip:" + contact + ">"));
    REQUIRE(client.next("200").is_response());
}

} // namespace

TEST_CASE("each client's REGISTER brings its own Contact back", "[proxy][clients]") {
    auto files = recorded("register-");
    REQUIRE(files.size() >= 10);
    for (const auto &file : files) {
        INFO(file.string());
        std::string bytes = tests::with_crlf(tests::read_file(file));
        Message request = *Message::parse(bytes);
        Bench bench(open_config());
        Client &client = sender_of(bench, request);
        bench.send(client, bytes);
        Message ok = client.next();
        REQUIRE(ok.status() == 200);
        auto sent = wire::sip::first_name_addr(request, HeaderId::contact);
        auto echoed = wire::sip::first_name_addr(ok, HeaderId::contact);
        CHECK((*echoed)->uri.text == (*sent)->uri.text);
        CHECK((*echoed)->params.has("expires"));
        CHECK((*echoed)->params.has("received") == false);
        if (client.flow.transport == Transport::wss)
            CHECK(ok.header(HeaderId::via) == request.header(HeaderId::via));
    }
}

TEST_CASE("each client's INVITE reaches a browser and a phone in what they can use", "[proxy][clients]") {
    auto files = recorded("invite-");
    REQUIRE(files.size() >= 10);
    for (const auto &file : files) {
        INFO(file.string());
        std::string bytes = tests::with_crlf(tests::read_file(file));
        Message request = *Message::parse(bytes);
        std::string user = wire::sip::unescape(wire::sip::request_uri(request)->user);
        Bench bench(open_config());
        Client &caller = sender_of(bench, request);
        Client &desk = bench.phone("desk", "10.77.0.22:5060");
        Client &tab = bench.browser("tab", "10.77.0.12:50000");
        enroll_openly(bench, desk, user, "desk@10.77.0.22:5060");
        enroll_openly(bench, tab, user, "tab@tab.invalid;transport=ws");
        bench.send(caller, bytes);
        Message at_desk = desk.next("INVITE");
        Message at_tab = tab.next("INVITE");
        CHECK(at_tab.request_uri() == "sip:tab@tab.invalid;transport=ws");
        CHECK(at_desk.call_id() == request.call_id());
        auto sdp = wire::sdp::parse(at_desk.body());
        REQUIRE(sdp);
        CHECK(sdp->media.size() == wire::sdp::parse(request.body())->media.size());
        CHECK(sdp->media.front().protocol.find("TLS") == std::string::npos);
        CHECK(wire::sdp::parse(at_tab.body())->media.front().protocol == "UDP/TLS/RTP/SAVPF");
        if (sdp->media.size() == 1)
            CHECK(at_desk.bytes().size() < 1450);
    }
}
