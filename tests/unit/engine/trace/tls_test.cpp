// SIP over TLS, by key log and by secrets in the file.
#include <algorithm>

#include "engine/trace/tls/key_log.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;
using cord::base::as_bytes;
using cord::base::as_text;

namespace {

tls::Random random_of(std::uint8_t byte) {
    tls::Random out;
    out.fill(byte);
    return out;
}

std::string line(const std::string &label, const std::string &random, const std::string &secret) {
    return label + ' ' + random + ' ' + secret + '\n';
}

const std::string zeros(64, '0');

/// The messages of a file, which may lack one of its packets.
struct Read {
    std::vector<std::string> start_lines;
    std::vector<Transport> carried_by;
    ConnectionCounts counts;

    explicit Read(const std::string &name, const std::string &key_log = {}, std::size_t left_out = SIZE_MAX) {
        const std::string file = capture(name);
        const auto reader = make_reader(recognise(as_bytes(file).first(16)));
        Decoder decoder;
        decoder.add_secrets(key_log);
        std::size_t n = 0;
        for (std::size_t at = 0; at < file.size();) {
            const auto step = reader->step(as_bytes(file).subspan(at));
            REQUIRE(step);
            REQUIRE(step->consumed > 0);
            at += step->consumed;
            if (const auto *secrets = std::get_if<Secrets>(&step->found))
                decoder.add_secrets(secrets->lines);
            if (const auto *packet = std::get_if<Packet>(&step->found); packet != nullptr && n++ != left_out)
                take(decoder.decode(*packet));
        }
        take(decoder.finish());
        counts = decoder.connections();
    }
    void take(const Decoder::Found &found) {
        for (const SipRecord &record : found.messages) {
            start_lines.emplace_back(record.raw.substr(0, record.raw.find('\r')));
            carried_by.push_back(record.transport);
        }
    }
};

} // namespace

TEST_CASE("key log: lines in any order, the later holds, what is no line is passed over") {
    tls::KeyLog log;
    CHECK(log.empty());
    log.add("# comment\r\n" + line("CLIENT_RANDOM", zeros, "0102") + "nonsense\n" +
            line("CLIENT_RANDOM", "00", "0102") + line("CLIENT_RANDOM", std::string(64, 'f'), "xx") + "\r" +
            line("EXPORTER_SECRET", zeros, "03") + line("CLIENT_RANDOM", zeros, "0A0b"));
    CHECK(as_text(log.find("CLIENT_RANDOM", random_of(0))) == "\x0A\x0B");
    CHECK(as_text(log.find("EXPORTER_SECRET", random_of(0))) == "\x03");
    CHECK(log.find("SERVER_TRAFFIC_SECRET_0", random_of(0)).empty());
    CHECK(log.knows(random_of(0)));
    CHECK(!log.knows(random_of(0xff)));
}

TEST_CASE("TLS 1.3 by the secrets in the file") {
    const Read read("gen-sip-tls13-dsb.pcapng");
    REQUIRE(read.start_lines.size() == 11);
    CHECK(read.start_lines[2].starts_with("INVITE "));
    CHECK(std::count(read.carried_by.begin(), read.carried_by.end(), Transport::tls) == 11);
    REQUIRE(read.counts.tls.size() == 1);
    CHECK(read.counts.tls.begin()->first.second == "decrypted");
    CHECK(read.counts.tls.begin()->first.first.starts_with("TLS 1.3 TLS_"));
}

TEST_CASE("WebSocket over TLS 1.3 by the secrets in the file") {
    const Read read("gen-sip-wss-tls13-dsb.pcapng");
    CHECK(read.start_lines.size() == 11);
    CHECK(std::count(read.carried_by.begin(), read.carried_by.end(), Transport::wss) == 11);
}

TEST_CASE("TLS 1.2 with GCM, ChaCha20 and CBC by a key log; without it, why not") {
    const std::string keys = capture("tls12.keys");
    const Read read("tls12.pcap", keys);
    CHECK(read.start_lines.size() == 5 * 4);
    REQUIRE(read.counts.tls.size() == 5);
    for (const auto &[session, count] : read.counts.tls)
        CHECK(session.second == "decrypted");
    const Read blind("tls12.pcap");
    CHECK(blind.start_lines.empty());
    for (const auto &[session, count] : blind.counts.tls)
        CHECK(session.second == "there is no key log");
    const Read other("tls12.pcap", line("CLIENT_RANDOM", zeros, zeros));
    for (const auto &[session, count] : other.counts.tls)
        CHECK(session.second == "its secrets are not in the key log");
}

TEST_CASE("after a gap in a TLS stream, records are found again") {
    // The last packets of each connection but one carry a message each.
    const std::string keys = capture("tls12.keys");
    const std::size_t whole = Read("tls12.pcap", keys).start_lines.size();
    std::size_t one_missing = 0;
    for (std::size_t left_out = 0; left_out < 60; ++left_out) {
        const std::size_t found = Read("tls12.pcap", keys, left_out).start_lines.size();
        CHECK(found <= whole);
        one_missing += found + 1 == whole ? 1 : 0;
    }
    CHECK(one_missing >= 8);
}
