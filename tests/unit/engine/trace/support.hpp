// Packets and files made by hand, and a way through the layers that reads whatever a reader is shown.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/trace/calls.hpp"
#include "engine/trace/decoder.hpp"
#include "engine/trace/reader.hpp"

namespace cord::engine::trace {

inline std::string slurp(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string capture(const std::string &name) {
    return slurp(std::string(std::getenv("CORD_TEST_DATA")) + "/captures/" + name);
}

/// Everything in a file, shown to its reader `window` bytes at a time.
struct ReadFile {
    Calls calls;
    std::vector<std::string> start_lines;
    std::size_t packets = 0;
    std::size_t media = 0;
    std::string error;
    std::size_t left_over = 0;

    explicit ReadFile(const std::string &file, std::size_t window = SIZE_MAX) {
        const base::Bytes bytes = base::as_bytes(file);
        const auto reader = make_reader(recognise(bytes.first(std::min<std::size_t>(bytes.size(), 16))));
        if (!reader) {
            error = "unknown";
            return;
        }
        Decoder decoder;
        std::size_t at = 0;
        std::size_t shown = std::min(window, bytes.size());
        for (;;) {
            const auto step = reader->step(bytes.subspan(at, shown - at));
            if (!step) {
                error = step.error().text();
                break;
            }
            at += step->consumed;
            if (const auto *packet = std::get_if<Packet>(&step->found))
                take(decoder.decode(*packet));
            else if (const auto *record = std::get_if<SipRecord>(&step->found))
                take(*record);
            else if (const auto *secrets = std::get_if<Secrets>(&step->found))
                decoder.add_secrets(secrets->lines);
            else if (step->consumed == 0 && shown == bytes.size())
                break;
            else if (step->consumed == 0)
                shown = std::min(shown + window, bytes.size());
        }
        left_over = bytes.size() - at;
        take(decoder.finish());
    }

  private:
    void take(const Decoder::Found &found) {
        ++packets;
        for (const SipRecord &record : found.messages)
            take(record);
        if (found.datagram)
            media += calls.add(*found.datagram) ? 1 : 0;
    }
    void take(const SipRecord &record) {
        const auto added = calls.add(record);
        if (added)
            start_lines.emplace_back(added->entry->start_line());
    }
};

/// An IPv4 packet with UDP from 192.0.2.1:`from` to 192.0.2.2:`to`.
inline std::string udp_packet(std::uint16_t from, std::uint16_t to, std::string_view payload) {
    std::vector<std::uint8_t> out;
    base::ByteWriter w(out);
    w.u16(0x4500);
    w.u16(static_cast<std::uint16_t>(28 + payload.size()));
    w.u32(0);
    w.u8(64);
    w.u8(17);
    w.u16(0);
    w.u32(0xC0000201);
    w.u32(0xC0000202);
    w.u16(from);
    w.u16(to);
    w.u16(static_cast<std::uint16_t>(8 + payload.size()));
    w.u16(0);
    w.text(payload);
    return std::string(base::as_text(out));
}

inline Packet raw_packet(const std::string &ip, Stamp at = {}) {
    return {at, 101, base::as_bytes(ip), static_cast<std::uint32_t>(ip.size())};
}

inline const std::string options_request = "OPTIONS sip:bob@192.0.2.2 SIP/2.0\r\n"
                                           "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
                                           "From: <sip:alice@192.0.2.1>;tag=1\r\n"
                                           "To: <sip:bob@192.0.2.2>\r\n"
                                           "Call-ID: one@192.0.2.1\r\n"
                                           "CSeq: 1 OPTIONS\r\n"
                                           "Content-Length: 0\r\n\r\n";

} // namespace cord::engine::trace
