#include "wire/sip/framer.hpp"

#include "base/random.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

using namespace cord;
using namespace cord::wire::sip;

namespace {

const std::string first = "INFO sip:a SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 4\r\n\r\nbody";
const std::string second = "INFO sip:b SIP/2.0\r\nl: 0\r\n\r\n";

std::vector<Frame> frames(StreamFramer &framer) {
    std::vector<Frame> out;
    while (auto frame = framer.next())
        out.push_back(std::move(*frame));
    return out;
}

FrameError error(const std::string &stream) {
    StreamFramer framer;
    framer.push(stream);
    auto frame = framer.next();
    REQUIRE(frame);
    REQUIRE(std::holds_alternative<FrameError>(*frame));
    CHECK(framer.broken());
    CHECK_FALSE(framer.next());
    return std::get<FrameError>(*frame);
}

} // namespace

TEST_CASE("messages are cut wherever the stream is") {
    const std::string stream = "\r\n" + first + second + "\r\n\r\n" + first;
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        StreamFramer framer;
        std::vector<Frame> all;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            framer.push(std::string_view(stream).substr(at, step));
            for (auto &frame : frames(framer))
                all.push_back(std::move(frame));
        }
        INFO(step);
        REQUIRE(all.size() == 4);
        CHECK(std::get<Message>(all[0]).bytes() == first);
        CHECK(std::get<Message>(all[1]).bytes() == second);
        CHECK(std::holds_alternative<Ping>(all[2]));
        CHECK(std::get<Message>(all[3]).bytes() == first);
        CHECK(framer.pending() == 0);
    }
}

TEST_CASE("a single CRLF waits for its other half") {
    StreamFramer framer;
    framer.push("\r\n");
    CHECK_FALSE(framer.next());
    framer.push("\r\n");
    CHECK(std::holds_alternative<Ping>(*framer.next()));
}

TEST_CASE("a message whose end cannot be told ends the stream, and can be answered") {
    CHECK(error("INFO sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n").fault.error.text() ==
          "no Content-Length on a stream");
    const auto negative = error("INFO sip:a SIP/2.0\r\nCall-ID: 1\r\nContent-Length: -999\r\n\r\n");
    CHECK(negative.fault.code == 400);
    REQUIRE(negative.request);
    CHECK(negative.request->call_id() == "1");
    CHECK(error("INFO sip:a SIP/2.0\r\nl: 1\r\nl: 2\r\n\r\nab").fault.error.text() ==
          "more than one Content-Length");
    CHECK_FALSE(error("SIP/2.0 200 OK\r\n\r\n").request);
    CHECK_FALSE(error("GET / HTTP/1.1\r\n\r\n").request);
}

TEST_CASE("a method that is no token names a request that can be answered") {
    StreamFramer framer;
    framer.push("OPT(IONS sip:h SIP/2.0\r\nContent-Length: 0\r\n\r\n");
    auto frame = framer.next();
    REQUIRE(frame);
    const auto *message = std::get_if<Message>(&*frame);
    REQUIRE(message);
    CHECK(message->is_request());
    REQUIRE(message->fault());
    CHECK(message->fault()->code == 400);
    CHECK_FALSE(framer.broken());
    CHECK_FALSE(Message::parse(" sip:h SIP/2.0\r\n\r\n"));
}

TEST_CASE("oversize is 513, known from the head already") {
    const auto body = error("INFO sip:a SIP/2.0\r\nCall-ID: 1\r\nl: 70000\r\n\r\n");
    CHECK(body.fault.code == 513);
    CHECK(body.request->call_id() == "1");
    const auto head = error("INFO sip:a SIP/2.0\r\nCall-ID: 1\r\ns: " + std::string(70'000, 'x'));
    CHECK(head.fault.code == 513);
    CHECK(head.request->call_id() == "1");
    CHECK(error("INFO sip:a SIP/2.0\r\nl: 4294967296\r\n\r\n").fault.code == 400);

    StreamFramer framer;
    const std::string start = "INFO sip:a SIP/2.0\r\nl: 65504\r\n\r\n";
    framer.push(start + std::string(65'504, 'x'));
    CHECK(start.size() + 65'504 > base::limits::sip_message);
    CHECK(std::holds_alternative<FrameError>(*framer.next()));
    StreamFramer fits;
    fits.push("INFO sip:a SIP/2.0\r\nl: 65503\r\n\r\n" + std::string(65'503, 'x'));
    CHECK(std::get<Message>(*fits.next()).bytes().size() <= base::limits::sip_message);
}

TEST_CASE("framer and parser see the same message in the same bytes") {
    base::SeededRandom random(1);
    auto all = tests::files(tests::data("rfc4475"), ".dat");
    for (auto &file : tests::files(tests::data("rfc-callflows"), ".sip"))
        all.push_back(file);
    for (const auto &file : all) {
        const std::string bytes = tests::read_file(file);
        const auto parsed = Message::parse(bytes);
        StreamFramer framer;
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t step = 1 + random.below(400);
            framer.push(std::string_view(bytes).substr(at, step));
            at += step;
        }
        const auto frame = framer.next();
        INFO(file);
        if (frame && std::holds_alternative<Message>(*frame)) {
            const auto &framed = std::get<Message>(*frame);
            REQUIRE(parsed);
            CHECK(framed.bytes() == parsed->bytes());
            CHECK(framed.field_count() == parsed->field_count());
            CHECK(framed.fault().has_value() == parsed->fault().has_value());
        } else if (frame && std::holds_alternative<FrameError>(*frame)) {
            const auto &request = std::get<FrameError>(*frame).request;
            CHECK(request.has_value() == (parsed && parsed->is_request()));
        } else {
            // Waits for a body that the datagram, too, lacks.
            REQUIRE(parsed->fault());
        }
    }
}

TEST_CASE("too many header fields are told as that, though Content-Length may be among those not read") {
    std::string bytes = "OPTIONS sip:b@x SIP/2.0\r\n";
    for (int i = 0; i < 1000; ++i)
        bytes += "X-Field: " + std::to_string(i) + "\r\n";
    StreamFramer framer;
    framer.push(bytes + "Content-Length: 0\r\n\r\n");
    const auto frame = framer.next();
    REQUIRE(frame);
    CHECK(std::get<FrameError>(*frame).fault.error.text() == "too many header fields");
}
