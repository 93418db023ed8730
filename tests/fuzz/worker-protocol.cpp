#include "io/process/worker_protocol.hpp"

using namespace cord::io::process;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    auto message = worker::decode({data, size});
    if (!message)
        return 0;
    auto record = worker::encode(*message);
    auto again = worker::decode(record);
    CORD_ASSERT(again && again->index() == message->index());
    return 0;
}
