#include "trace-reader.hpp"

#include "engine/trace/pcap.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    cord::engine::trace::PcapReader reader;
    read_all(reader, {data, size});
    return 0;
}
