#include "trace-reader.hpp"

#include "engine/trace/ndjson.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    cord::engine::trace::NdjsonReader reader;
    read_all(reader, {data, size});
    return 0;
}
