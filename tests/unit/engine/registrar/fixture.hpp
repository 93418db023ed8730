// A registrar with a table, a clock and a client, and what it answers.
#pragma once

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/registrar/registrar.hpp"

namespace cord::test {

using namespace std::chrono_literals;
using engine::locate::Table;
using engine::registrar::Outcome;
using engine::registrar::Registrar;
using engine::transaction::Flow;
using engine::transaction::Transport;
using wire::sip::Message;

inline Message request(std::string_view lines, std::string_view call_id = "c", int cseq = 1) {
    std::string text =
        fmt::format("REGISTER sip:example.org SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
                    "To: <sip:a@example.org>\r\nFrom: <sip:a@example.org>;tag=1\r\n"
                    "Call-ID: {}\r\nCSeq: {} REGISTER\r\n",
                    call_id, cseq);
    base::split(lines, '\n', [&](std::string_view line) { text += fmt::format("{}\r\n", base::trim(line)); });
    return *Message::parse(text + "Content-Length: 0\r\n\r\n");
}

struct Fixture {
    base::SeededRandom random{1};
    Table table;
    Registrar registrar{table, random, engine::registrar::GruuKey(random)};
    base::Now now{base::Time(1s), base::UnixTime(1000s)};
    Flow flow{Transport::udp, 0, 0, *base::Endpoint::parse("10.0.0.1:5060"),
              *base::Endpoint::parse("10.0.0.2:5060")};
    std::uint64_t token = 0;

    Outcome process(const Message &m) { return registrar.process(m, "a", "example.org", flow, ++token, now); }
    std::vector<std::string> headers(const Outcome &outcome, std::string_view wanted) {
        std::vector<std::string> out;
        for (const auto &[name, value] : outcome.answer.headers)
            if (name == wanted)
                out.push_back(value);
        return out;
    }
    std::vector<std::string> contacts(const Outcome &outcome) { return headers(outcome, "Contact"); }
};

} // namespace cord::test
