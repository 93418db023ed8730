// One direction of a TCP connection, SIP or WebSocket, in pieces as long as the first byte says.
#include "engine/trace/stream.hpp"

#include <algorithm>
#include <vector>

#include "base/result.hpp"

using cord::engine::trace::SipStream;

static std::vector<std::string> messages_of(cord::base::Bytes bytes, std::size_t piece) {
    SipStream stream;
    std::vector<std::string> out;
    while (!bytes.empty()) {
        const std::size_t n = std::min(piece, bytes.size());
        stream.push(bytes.first(n), false);
        bytes = bytes.subspan(n);
        while (const auto message = stream.next())
            out.emplace_back(*message);
    }
    return out;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 2)
        return 0;
    const cord::base::Bytes bytes(data + 1, size - 1);
    for (const auto &message : messages_of(bytes, data[0] + std::size_t{1}))
        CORD_ASSERT(!message.empty());
    (void)messages_of(bytes, bytes.size());
    return 0;
}
