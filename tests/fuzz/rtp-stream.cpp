#include <algorithm>

#include "wire/rtp/stream.hpp"

using namespace cord;
using namespace cord::wire::rtp;

/// Reads all of `data` in pieces of `step` bytes: the packets, and whether and where it failed.
static std::vector<std::size_t> sizes(base::Bytes data, std::size_t step) {
    StreamReader reader;
    std::vector<std::size_t> out;
    auto drain = [&] {
        for (;;) {
            auto item = reader.next();
            if (!item) {
                out.push_back(1'000'000 + item.error().at);
                return false;
            }
            if (!*item)
                return true;
            out.push_back((*item)->bytes.size());
        }
    };
    for (std::size_t at = 0; at < data.size(); at += step) {
        reader.feed(data.subspan(at, std::min(step, data.size() - at)));
        if (!drain())
            return out;
    }
    reader.finish();
    drain();
    return out;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    auto whole = sizes({data, size}, std::max<std::size_t>(size, 1));
    // However a pipe cuts the bytes, the packets are the same.
    CORD_ASSERT(sizes({data, size}, 3) == whole);
    return 0;
}
