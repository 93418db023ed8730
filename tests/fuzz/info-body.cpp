#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "engine/proxy/info_body.hpp"

using namespace cord::engine::proxy;

/// The first byte chooses the type, the others are the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    constexpr const char *types[] = {"application/dtmf-relay", "application/dtmf",
                                     "application/media_control+xml"};
    if (size == 0)
        return 0;
    const auto wish =
        read_media_wish(types[data[0] % 3], {reinterpret_cast<const char *>(data) + 1, size - 1});
    if (wish && wish->key && *wish->key > 15)
        std::abort();
    return 0;
}
