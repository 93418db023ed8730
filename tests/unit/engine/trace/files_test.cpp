// pcap and pcapng files made by hand: byte orders, clocks, sections, mixed links, and ends in the wrong
// place.
#include "engine/trace/pcap.hpp"
#include "engine/trace/pcapng.hpp"
#include "support.hpp"
#include "support/catch.hpp"

using namespace cord::engine::trace;
using cord::base::as_bytes;

namespace {

/// Numbers in either byte order.
class File {
  public:
    explicit File(bool little) : little_(little) {}
    File &u16(std::uint16_t v) { return number(v, 2); }
    File &u32(std::uint32_t v) { return number(v, 4); }
    File &text(std::string_view s) {
        bytes += s;
        return *this;
    }
    std::string bytes;

  private:
    File &number(std::uint32_t v, int n) {
        for (int i = 0; i < n; ++i)
            bytes += static_cast<char>(v >> 8 * (little_ ? i : n - 1 - i));
        return *this;
    }
    bool little_;
};

std::string pcap(bool little, std::uint32_t magic, std::uint32_t fraction, std::string_view packet) {
    File f(little);
    f.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(262144).u32(101);
    f.u32(1'700'000'000).u32(fraction);
    f.u32(static_cast<std::uint32_t>(packet.size()))
        .u32(static_cast<std::uint32_t>(packet.size()))
        .text(packet);
    return f.bytes;
}

std::string block(bool little, std::uint32_t type, std::string body) {
    body.resize((body.size() + 3) / 4 * 4);
    const auto length = static_cast<std::uint32_t>(body.size() + 12);
    return File(little).u32(type).u32(length).text(body).u32(length).bytes;
}
std::string section(bool little) {
    return block(little, 0x0A0D0D0A,
                 File(little).u32(0x1A2B3C4D).u16(1).u16(0).u32(UINT32_MAX).u32(UINT32_MAX).bytes);
}
std::string interface(bool little, std::uint16_t link, std::string_view options = {}) {
    return block(little, 1, File(little).u16(link).u16(0).u32(0).text(options).bytes);
}
std::string enhanced(bool little, std::uint32_t interface, std::uint64_t ticks, std::string_view packet) {
    const auto length = static_cast<std::uint32_t>(packet.size());
    return block(little, 6,
                 File(little)
                     .u32(interface)
                     .u32(static_cast<std::uint32_t>(ticks >> 32))
                     .u32(static_cast<std::uint32_t>(ticks))
                     .u32(length)
                     .u32(length)
                     .text(packet)
                     .bytes);
}

std::int64_t nanoseconds_of(const ReadFile &read) {
    return read.calls.all().at(0)->start().time_since_epoch().count();
}

const std::string packet = udp_packet(5060, 5060, options_request);
const std::string ethernet = std::string(12, '\x02') + std::string("\x08\x00", 2) + packet;

} // namespace

TEST_CASE("pcap of both byte orders and both clocks") {
    for (const bool little : {true, false}) {
        CHECK(nanoseconds_of(ReadFile(pcap(little, 0xA1B2C3D4, 123'456, packet))) ==
              1'700'000'000'123'456'000);
        CHECK(nanoseconds_of(ReadFile(pcap(little, 0xA1B23C4D, 123'456, packet))) ==
              1'700'000'000'000'123'456);
    }
}

TEST_CASE("a pcap that ends in the middle of a packet is read up to there") {
    std::string file = pcap(true, 0xA1B2C3D4, 0, packet);
    file += file.substr(24, 100);
    const ReadFile read(file);
    CHECK(read.error.empty());
    CHECK(read.start_lines.size() == 1);
    CHECK(read.left_over == 100);
}

TEST_CASE("a pcap record of impossible length ends the reading with a reason") {
    std::string file = pcap(true, 0xA1B2C3D4, 0, packet);
    file += std::string(8, '\0') + std::string(8, '\xFF');
    const ReadFile read(file);
    CHECK(read.error == "a packet record longer than any packet");
    CHECK(read.start_lines.size() == 1);
}

TEST_CASE("pcapng: sections of either byte order, interfaces of different links") {
    std::string file;
    for (const bool little : {true, false})
        file += section(little) + interface(little, 101) + interface(little, 1) +
                enhanced(little, 0, 0, packet) + enhanced(little, 1, 0, ethernet);
    for (const std::size_t window : {SIZE_MAX, std::size_t{1}}) {
        const ReadFile read(file, window);
        CHECK(read.error.empty());
        CHECK(read.start_lines.size() == 4);
        CHECK(read.left_over == 0);
    }
}

TEST_CASE("pcapng: clocks of an interface") {
    const auto at = [](std::string options, std::uint64_t ticks) {
        return nanoseconds_of(
            ReadFile(section(true) + interface(true, 101, options) + enhanced(true, 0, ticks, packet)));
    };
    CHECK(at("", 1'700'000'000'123'456) == 1'700'000'000'123'456'000);
    CHECK(at(std::string("\x09\0\x01\0\x09\0\0\0", 8), 1'700'000'000'123'456'789) ==
          1'700'000'000'123'456'789);
    CHECK(at(std::string("\x09\0\x01\0\x81\0\0\0", 8), 3) == 1'500'000'000); // half seconds
    CHECK(at(std::string("\x0E\0\x08\0\x0A\0\0\0\0\0\0\0", 12), 0) == 10'000'000'000);
    CHECK(at(std::string("\x09\0\x01\0\xFF\0\0\0", 8), 3) == 0); // no such clock
}

TEST_CASE("pcapng: simple packets, obsolete packets, and blocks that nobody knows") {
    const std::string simple =
        block(true, 3, File(true).u32(static_cast<std::uint32_t>(packet.size())).text(packet).bytes);
    const auto length = static_cast<std::uint32_t>(packet.size());
    const std::string obsolete =
        block(true, 2, File(true).u16(0).u16(0).u32(0).u32(0).u32(length).u32(length).text(packet).bytes);
    const ReadFile read(section(true) + interface(true, 101) + block(true, 0x0BAD, "whatever") + simple +
                        obsolete);
    CHECK(read.error.empty());
    CHECK(read.start_lines.size() == 2);
}

TEST_CASE("pcapng: damage is told, and what came before it kept") {
    const std::string good = section(true) + interface(true, 101) + enhanced(true, 0, 0, packet);
    const auto error_of = [&](const std::string &more) {
        const ReadFile read(good + more);
        CHECK(read.start_lines.size() == 1);
        return read.error;
    };
    CHECK(error_of(File(true).u32(6).u32(33).u32(0).bytes) == "a block whose length makes no sense");
    CHECK(error_of(enhanced(true, 7, 0, packet)) == "a packet of an interface that was not described");
    CHECK(error_of(block(true, 6, "short")) == "a packet block that is too short");
    CHECK(error_of(block(true, 6, std::string(12, '\0') + std::string(8, '\xFF'))) ==
          "a packet longer than its block");
    CHECK(error_of(enhanced(true, 0, 0, packet).substr(0, 50)).empty());
}

TEST_CASE("files are known by their first bytes") {
    CHECK(recognise(as_bytes(section(true))) == FileKind::pcapng);
    CHECK(recognise(as_bytes(pcap(false, 0xA1B23C4D, 0, ""))) == FileKind::pcap);
    CHECK(recognise(as_bytes("\x1f\x8b\x08")) == FileKind::gzip);
    CHECK(recognise(as_bytes("  {\"type\"")) == FileKind::ndjson);
    CHECK(recognise(as_bytes("MZ")) == FileKind::unknown);
    CHECK(recognise({}) == FileKind::unknown);
}

TEST_CASE("pcapng: what a file tells beside its packets is counted") {
    const std::string comment = std::string("\x01\0\x02\0hi\0\0", 8);
    const std::string lost = std::string("\x05\0\x08\0\x07\0\0\0\0\0\0\0", 12);
    const std::string name =
        File(true).u16(1).u16(6).text(std::string("\xC0\0\x02\x01h\0\0\0", 8)).u32(0).bytes;
    const std::string file = section(true) + interface(true, 101, comment) + block(true, 4, name) +
                             block(true, 10, File(true).u32(0x544c534b).u32(0).bytes) +
                             block(true, 5, File(true).u32(0).u32(0).u32(0).text(lost).bytes);
    PcapngReader reader;
    std::size_t at = 0;
    while (at < file.size()) {
        const auto step = reader.step(as_bytes(file).subspan(at));
        REQUIRE(step);
        REQUIRE(step->consumed > 0);
        at += step->consumed;
    }
    const FileFacts &facts = reader.facts();
    CHECK(facts.sections == 1);
    CHECK(facts.interfaces == 1);
    CHECK(facts.comments == 1);
    CHECK(facts.names == 1);
    CHECK(facts.secrets == 1);
    CHECK(facts.dropped == 7);
}
