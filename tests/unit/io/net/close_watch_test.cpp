#include "io/net/close_watch.hpp"

#include "support/catch.hpp"

using namespace cord;
using cord::io::net::CloseWatch;

namespace {

/// A masked frame as a client sends it.
std::string frame(int opcode, std::string payload) {
    const std::string mask = "\x37\xfa\x21\x3d";
    for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    std::string out{static_cast<char>(0x80 | opcode)};
    const std::size_t size = payload.size();
    if (size < 126)
        out += static_cast<char>(0x80 | size);
    else
        out += {static_cast<char>(0x80 | 126), static_cast<char>(size >> 8), static_cast<char>(size)};
    return out + mask + payload;
}

std::string close_of(int code, const std::string &reason = "") {
    return frame(8, std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + reason);
}

/// The code that is said in place of 1002 after the client said this, `piece` bytes at a time.
int answered(const std::string &said, std::size_t piece) {
    CloseWatch watch;
    watch.start();
    for (std::size_t at = 0; at < said.size(); at += piece)
        watch.heard(base::as_bytes(std::string_view(said).substr(at, piece)));
    constexpr std::uint8_t text[] = {0x81, 2, 'h', 'i'}, close[] = {0x88, 2, 1002 >> 8, 1002 & 0xff};
    // As a pointer: of an array Catch prints what comes before a NUL.
    CHECK(watch.said(text).data() == std::data(text));
    const base::Bytes answer = watch.said(close);
    return answer[2] << 8 | answer[3];
}

} // namespace

TEST_CASE("a Close is answered with the code that RFC 6455 7.4 has for what is wrong with it", "[net]") {
    const std::string before = frame(1, std::string(300, 'x')) + frame(2, close_of(9999)) + frame(9, "");
    for (std::size_t piece : {1, 7, 1000}) {
        CHECK(answered(before + close_of(9999), piece) == 1002);
        CHECK(answered(before + close_of(1000, "\xff"), piece) == 1007);
        CHECK(answered(before + close_of(4000, "bye"), piece) == 1002); // as Beast wanted
        CHECK(answered(before + frame(8, ""), piece) == 1002);
    }
}

TEST_CASE("a Close that cannot be one is left to others", "[net]") {
    CHECK(answered(frame(8, std::string(200, '\xff')), 1) == 1002);
    CHECK(answered(std::string("\x88\x02\x27\x0f", 4), 1) == 1002); // not masked
}
