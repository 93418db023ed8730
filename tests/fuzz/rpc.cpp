#include "io/rpc/methods.hpp"

#include <cstddef>
#include <cstdint>

using namespace cord::io::rpc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const Methods methods;
    (void)methods.answer({reinterpret_cast<const char *>(data), size});
    return 0;
}
