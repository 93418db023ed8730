// Frames of each link type: the first byte chooses it, two bytes before each frame are its length.
#include "trace-reader.hpp"

using namespace cord::engine::trace;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    constexpr std::uint32_t links[] = {1, 0, 9, 51, 101, 113, 228, 239, 276, 147, 104, 248, 252};
    cord::base::ByteReader in({data, size});
    const std::uint32_t link = links[in.u8() % std::size(links)];
    Decoder decoder;
    Calls calls(1 << 20);
    Stamp at{};
    while (in.left() > 2) {
        const auto frame = in.take(std::min<std::size_t>(in.u16(), in.left()));
        at += std::chrono::milliseconds(300);
        add_all(calls, decoder.decode({at, link, frame, static_cast<std::uint32_t>(frame.size())}));
    }
    add_all(calls, decoder.finish());
    draw_all(calls);
    return 0;
}
