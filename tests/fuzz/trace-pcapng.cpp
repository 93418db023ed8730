#include "trace-reader.hpp"

#include "engine/trace/pcapng.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    cord::engine::trace::PcapngReader reader;
    read_all(reader, {data, size});
    return 0;
}
