#include <cstddef>
#include <cstdint>

#include "io/rpc/json_text.hpp"
#include "io/rpc/xml_rpc.hpp"

using namespace cord::io::rpc;

namespace {

struct Trial : Methods {
    Trial() {
        add("echo", [](const Params &p) -> Answer { return json_string(p.items.empty() ? "" : p.items[0]); });
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const Trial methods;
    (void)answer_xml(methods, {reinterpret_cast<const char *>(data), size});
    return 0;
}
