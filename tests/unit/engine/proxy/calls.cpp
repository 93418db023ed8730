#include "calls.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "wire/bencode/bencode.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::test {

using wire::sip::HeaderId;
using wire::sip::Message;

const char *const alice_contact =
    "<sip:gb36@gfdl.invalid;transport=ws>;reg-id=1;+sip.instance=\"<urn:uuid:a1>\"";

std::string invite(const Client &from, std::string_view to, std::string_view sdp, std::string_view extra) {
    bool browser = from.flow.transport != Transport::udp;
    return message(fmt::format(R"(INVITE sip:{}@iop.test SIP/2.0
        Via: SIP/2.0/{};branch=z9hG4bKi{}-{}
        Max-Forwards: 70
        To: <sip:{}@iop.test>
        From: "{}" <sip:{}@iop.test>;tag=from-{}
        Call-ID: call-{}-{}
        CSeq: 1 INVITE
        Contact: <{}>
        X-Unknown: kept; as, it is{})",
                               to, browser ? "WSS gfdl.invalid" : "UDP " + from.flow.remote.text() + ";rport",
                               from.user, to, to, from.user, from.user, from.user, from.user, to,
                               browser ? "sip:gb36@gfdl.invalid;transport=ws;ob"
                                       : "sip:" + from.user + "@" + from.flow.remote.text(),
                               extra),
                   sdp);
}

std::string respond(const Message &request, std::uint16_t code, std::string_view tag, std::string_view sdp,
                    std::string_view contact) {
    auto r = wire::sip::make_response(request, code, {}, tag);
    for (const auto &value : request.values(HeaderId::record_route))
        r.add(HeaderId::record_route, value.text);
    if (request.method() == wire::sip::Method::invite)
        r.add(HeaderId::contact, fmt::format("<{}>", contact));
    if (!sdp.empty())
        r.body("application/sdp", sdp);
    return r.finish();
}

std::string in_dialog(const Message &ok, const Client &from, bool as_caller, std::string_view method,
                      int cseq, std::string_view sdp) {
    std::vector<std::string> routes;
    for (const auto &value : ok.values(HeaderId::record_route))
        routes.emplace_back(value.text);
    if (as_caller)
        std::reverse(routes.begin(), routes.end());
    std::string contact(wire::sip::NameAddr::parse(*ok.header(HeaderId::contact))->uri.text);
    bool browser = from.flow.transport != Transport::udp;
    std::string lines =
        fmt::format("{} {} SIP/2.0\nVia: SIP/2.0/{};branch=z9hG4bKd{}{}\nMax-Forwards: 70\n", method,
                    as_caller ? contact : "sip:gb36@gfdl.invalid;transport=ws;ob",
                    browser ? "WSS gfdl.invalid" : "UDP " + from.flow.remote.text() + ";rport", method, cseq);
    for (const std::string &route : routes)
        lines += "Route: " + route + "\n";
    lines += fmt::format("From: {}\nTo: {}\nCall-ID: {}\nCSeq: {} {}",
                         *ok.header(as_caller ? HeaderId::from : HeaderId::to),
                         *ok.header(as_caller ? HeaderId::to : HeaderId::from), ok.call_id(), cseq, method);
    return message(lines, sdp);
}

std::string ng(const std::string &request, std::string_view key) {
    auto value = wire::bencode::parse(request);
    return std::string(wire::bencode::text_of(*value->dict(), key));
}

TwoParties::TwoParties(engine::proxy::Config config) : bench(std::move(config)) {
    bench.enroll(alice, alice_contact);
    bench.enroll(phone, "<sip:1001-0x5600fc774cc0@10.77.0.21:5060>");
}

Message TwoParties::ring(std::string_view sdp, std::string_view extra) {
    bench.send_with_password(alice, invite(alice, "1001", sdp, extra));
    return phone.next("INVITE");
}

Message TwoParties::ring_browser() {
    bench.send_with_password(phone, invite(phone, "alice", phone_sdp));
    return alice.next("INVITE");
}

Message TwoParties::establish() {
    bench.send(phone, respond(ring(), 200, "phone-tag", phone_sdp));
    Message ok = alice.next("200");
    bench.send(alice, in_dialog(ok, alice, true, "ACK", 11));
    phone.next("ACK");
    return ok;
}

Desks::Desks(Order order) {
    bench.enroll(alice, alice_contact);
    bench.enroll(first, order == in_turn ? "<sip:d1@10.77.0.22:5060>;q=0.9" : "<sip:d1@10.77.0.22:5060>");
    bench.enroll(second, order == in_turn ? "<sip:d2@10.77.0.23:5060>;q=0.5" : "<sip:d2@10.77.0.23:5060>");
}

Message Desks::ring(Client &caller, std::string_view sdp) {
    bench.send_with_password(caller, invite(caller, "desk", sdp));
    return first.next("INVITE");
}

} // namespace cord::test
