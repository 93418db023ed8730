#include "engine/transaction/layer.hpp"

#include "engine/transaction/in_transaction.hpp"
#include "support/catch.hpp"
#include "wire/sip/builder.hpp"

using namespace cord;
using namespace cord::engine::transaction;
using wire::sip::HeaderId;
using wire::sip::make_response;
using wire::sip::Message;
using namespace std::chrono_literals;

namespace {

const Flow udp{Transport::udp, 0, 0, {}, *base::Endpoint::parse("192.0.2.1:5060")};
const Flow tcp{Transport::tcp, 1, 9, {}, *base::Endpoint::parse("192.0.2.1:33000")};
constexpr base::Time start{};

Message request(const std::string &method, const std::string &branch = "z9hG4bK1",
                const std::string &to_tag = "") {
    return *Message::parse(method +
                           " sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=" + branch +
                           "\r\nRoute: <sip:p1;lr>, <sip:p2;lr>\r\nMax-Forwards: 70\r\nFrom: "
                           "<sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>" +
                           to_tag + "\r\nCall-ID: c\r\nCSeq: 7 " + method + "\r\n\r\n");
}

Message response(const Message &to, std::uint16_t code) {
    return *Message::parse(make_response(to, code, "", "b").finish());
}

// One letter an output: send, Response, timeout, Failure, Terminated; for sends, the first word of the bytes.
std::string outputs(Layer &layer) {
    std::string out;
    for (const Output &o : layer.take_output()) {
        if (!out.empty())
            out += ' ';
        if (const auto *send = std::get_if<Send>(&o)) {
            const auto m = Message::parse(send->bytes);
            out += m->is_request() ? std::string(m->method_name()) : std::to_string(m->status());
        } else if (const auto *r = std::get_if<Response>(&o)) {
            out += "deliver-" + std::to_string(r->message.status());
        } else if (std::holds_alternative<Timeout>(o)) {
            out += "timeout";
        } else if (std::holds_alternative<Failure>(o)) {
            out += "failure";
        } else {
            out += "terminated";
        }
    }
    return out;
}

std::string run_out(Layer &layer) {
    while (layer.next_deadline() != base::never)
        layer.on_timer(layer.next_deadline());
    return outputs(layer);
}

Id send(Layer &layer, const Message &m, const Flow &flow = udp) {
    return layer.send(flow, std::string(m.bytes()), "z9hG4bK1", m.method_name(), start);
}

} // namespace

TEST_CASE("a server transaction absorbs its request sent again, and repeats its response") {
    Layer layer;
    const Message options = request("OPTIONS");
    const Received first = layer.on_request(options, udp, start);
    CHECK(first.kind == Received::Kind::request);
    CHECK(layer.on_request(options, udp, start).kind == Received::Kind::absorbed);
    CHECK(outputs(layer).empty());
    layer.respond(first.id, 200, make_response(options, 200).finish(), start);
    CHECK(layer.on_request(options, udp, start).kind == Received::Kind::absorbed);
    CHECK(outputs(layer) == "200 200");
    layer.respond(first.id, 404, make_response(options, 404).finish(), start);
    CHECK(layer.on_request(options, udp, start).kind == Received::Kind::absorbed);
    CHECK(outputs(layer) == "200");
    CHECK(run_out(layer) == "terminated");
    CHECK(layer.size() == 0);
    layer.respond(first.id, 200, "", start);
    CHECK(outputs(layer).empty());
    CHECK(layer.on_request(options, udp, start).kind == Received::Kind::request);
}

TEST_CASE("another branch, sent-by or method is another transaction") {
    Layer layer;
    const auto is_new = [&](const Message &m) {
        return layer.on_request(m, udp, start).kind == Received::Kind::request;
    };
    CHECK(is_new(request("OPTIONS")));
    CHECK(is_new(request("OPTIONS", "z9hG4bK2")));
    CHECK(is_new(request("OPTIONS", "z9hG4bK1, SIP/2.0/UDP x")) == false);
    CHECK(is_new(request("INFO")));
    std::string other(request("OPTIONS").bytes());
    other.replace(other.find("192.0.2.1;"), 10, "192.0.2.2;");
    CHECK(is_new(*Message::parse(other)));
}

TEST_CASE("an INVITE that nobody answers gets a 100 after 200 ms") {
    Layer layer;
    const Message invite = request("INVITE");
    (void)layer.on_request(invite, udp, start);
    CHECK(layer.next_deadline() == start + 200ms);
    layer.on_timer(start + 200ms);
    CHECK(outputs(layer) == "100");
    CHECK(layer.on_request(invite, udp, start).kind == Received::Kind::absorbed);
    CHECK(outputs(layer) == "100");
    CHECK(layer.next_deadline() == base::never);
}

TEST_CASE("the ACK of a failure is absorbed, that of a 2xx is not") {
    Layer layer;
    const Message invite = request("INVITE");
    const Id failed = layer.on_request(invite, udp, start).id;
    layer.respond(failed, 486, make_response(invite, 486, "", "b").finish(), start);
    CHECK(layer.on_request(request("ACK", "z9hG4bK1", ";tag=b"), udp, start).kind ==
          Received::Kind::absorbed);
    CHECK(layer.on_request(request("ACK", "z9hG4bK1", ";tag=b"), udp, start).kind ==
          Received::Kind::absorbed);
    CHECK(run_out(layer) == "486 terminated");

    CHECK(layer.on_request(request("ACK", "z9hG4bK2"), udp, start).kind == Received::Kind::ack);
    const Id answered = layer.on_request(invite, udp, start).id;
    layer.respond(answered, 200, make_response(invite, 200, "", "b").finish(), start);
    CHECK(layer.on_request(request("ACK"), udp, start).kind == Received::Kind::ack);
    CHECK(layer.on_request(invite, udp, start).kind == Received::Kind::absorbed);
    // A proxy passes each 2xx that it receives.
    layer.respond(answered, 200, make_response(invite, 200, "", "b").finish(), start);
    CHECK(run_out(layer) == "200 200 terminated");
}

TEST_CASE("a failure that is not acknowledged is sent again until timer H") {
    Layer layer;
    const Message invite = request("INVITE");
    layer.respond(layer.on_request(invite, udp, start).id, 404, make_response(invite, 404).finish(), start);
    CHECK(run_out(layer) == "404 404 404 404 404 404 404 404 404 404 404 timeout terminated");
}

TEST_CASE("CANCEL finds its INVITE") {
    Layer layer;
    const Id invite = layer.on_request(request("INVITE"), udp, start).id;
    const Received cancel = layer.on_request(request("CANCEL"), udp, start);
    CHECK(cancel.kind == Received::Kind::request);
    CHECK(cancel.cancelled == invite);
    CHECK(cancel.id != invite);
    CHECK(layer.on_request(request("CANCEL", "z9hG4bK2"), udp, start).cancelled == Id::none);
}

TEST_CASE("RFC 2543 clients are matched by the rest of their request") {
    Layer layer;
    const Message invite = request("INVITE", "1");
    const Id id = layer.on_request(invite, udp, start).id;
    CHECK(layer.on_request(invite, udp, start).kind == Received::Kind::absorbed);
    CHECK(layer.on_request(request("CANCEL", "1"), udp, start).cancelled == id);
    layer.respond(id, 404, make_response(invite, 404, "", "b").finish(), start);
    CHECK(layer.on_request(request("ACK", "1", ";tag=b"), udp, start).kind == Received::Kind::absorbed);
}

TEST_CASE("an INVITE client is answered, and acknowledges failures itself") {
    Layer layer;
    const Message invite = request("INVITE");
    (void)send(layer, invite);
    CHECK(layer.on_response(response(invite, 180), start));
    CHECK(layer.on_response(response(invite, 404), start));
    CHECK(layer.on_response(response(invite, 404), start));
    CHECK(outputs(layer) == "INVITE deliver-180 ACK deliver-404 ACK");
    CHECK(run_out(layer) == "terminated");
    CHECK_FALSE(layer.on_response(response(invite, 404), start));
    CHECK(outputs(layer).empty());

    (void)send(layer, invite, tcp);
    CHECK(layer.on_response(response(invite, 200), start));
    CHECK(layer.on_response(response(invite, 200), start));
    CHECK(outputs(layer) == "INVITE deliver-200 deliver-200");
    CHECK(run_out(layer) == "terminated");
}

TEST_CASE("a client that gets no answer times out; one whose transport fails says so") {
    Layer layer;
    (void)send(layer, request("INVITE"));
    CHECK(run_out(layer) == "INVITE INVITE INVITE INVITE INVITE INVITE INVITE timeout terminated");
    (void)send(layer, request("BYE"), tcp);
    CHECK(run_out(layer) == "BYE timeout terminated");
    const Id id = send(layer, request("BYE"), tcp);
    layer.on_failure(id, start);
    layer.on_failure(id, start);
    CHECK(outputs(layer) == "BYE failure terminated");
    CHECK(layer.size() == 0);
}

TEST_CASE("a response is matched by branch and method") {
    Layer layer;
    const Message invite = request("INVITE");
    const Id id = send(layer, invite);
    CHECK_FALSE(layer.on_response(response(request("CANCEL"), 200), start));
    CHECK_FALSE(layer.on_response(response(request("INVITE", "z9hG4bK2"), 200), start));
    CHECK_FALSE(layer.on_response(*Message::parse("SIP/2.0 200 OK\r\n\r\n"), start));
    layer.cancel(id, {}, start);
    CHECK(outputs(layer) == "INVITE");
    CHECK(layer.on_response(response(invite, 180), start));
    layer.cancel(id, "SIP;cause=200", start);
    CHECK(layer.on_response(response(request("CANCEL"), 200), start));
    CHECK(outputs(layer) == "deliver-180 CANCEL deliver-200");
    CHECK(layer.on_response(response(invite, 487), start));
    layer.cancel(id, {}, start);
    CHECK(outputs(layer) == "ACK deliver-487");
}

TEST_CASE("an INVITE that was cancelled ends, though nobody says so") {
    Layer layer;
    const Message invite = request("INVITE");
    const Id id = send(layer, invite, tcp);
    CHECK(layer.on_response(response(invite, 180), start));
    CHECK(layer.next_deadline() == base::never);
    layer.cancel(id, {}, start);
    CHECK(layer.on_response(response(request("CANCEL"), 200), start));
    CHECK(run_out(layer) == "INVITE deliver-180 CANCEL deliver-200 terminated timeout terminated");
}

TEST_CASE("ACK and CANCEL are made as the RFC says") {
    const Message invite = request("INVITE");
    const auto ack = Message::parse(make_ack(invite, response(invite, 404)));
    CHECK(ack->bytes() ==
          "ACK sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nRoute: "
          "<sip:p1;lr>\r\n"
          "Route: <sip:p2;lr>\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a\r\n"
          "To: <sip:bob@example.com>;tag=b\r\nCall-ID: c\r\nCSeq: 7 ACK\r\nContent-Length: 0\r\n\r\n");
    const auto cancel = Message::parse(make_cancel(invite, "SIP;cause=200"));
    CHECK(cancel->header(HeaderId::to) == "<sip:bob@example.com>");
    CHECK(cancel->header(HeaderId::cseq) == "7 CANCEL");
    CHECK(cancel->header(HeaderId::reason) == "SIP;cause=200");
}

TEST_CASE("no more transactions than there is room for, but what ends one is taken") {
    using Kind = Received::Kind;
    Layer layer(2);
    CHECK(layer.on_request(request("INVITE", "z9hG4bK1"), udp, start).kind == Kind::request);
    const Received second = layer.on_request(request("OPTIONS", "z9hG4bK2"), udp, start);
    CHECK(layer.on_request(request("OPTIONS", "z9hG4bK3"), udp, start).kind == Kind::refused);
    CHECK(layer.on_request(request("CANCEL", "z9hG4bK3"), udp, start).kind == Kind::refused);
    CHECK(layer.on_request(request("INVITE", "z9hG4bK1"), udp, start).kind == Kind::absorbed);
    const Received cancel = layer.on_request(request("CANCEL", "z9hG4bK1"), udp, start);
    CHECK(cancel.kind == Kind::request);
    CHECK(layer.size() == 3);
    for (const auto &[id, method] : {std::pair{second.id, "OPTIONS"}, {cancel.id, "CANCEL"}})
        layer.respond(id, 200, std::string(response(request(method), 200).bytes()), start);
    (void)run_out(layer);
    CHECK(layer.on_request(request("OPTIONS", "z9hG4bK4"), udp, start).kind == Kind::request);
}
