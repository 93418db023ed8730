#include "wire/bencode/bencode.hpp"
#include "wire/bencode/json.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"

using namespace cord::wire::bencode;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text = cord::base::as_text({data, size});
    auto extent = measure(text);
    // What measures as whole parses, and the other way round.
    CORD_ASSERT(!(extent && *extent) || parse(text.substr(0, **extent)));
    if (auto value = parse(text)) {
        CORD_ASSERT(extent && *extent == size);
        auto again = parse(write(*value));
        CORD_ASSERT(again && write(*again) == write(*value));
    }
    (void)measure_json(text);
    if (auto value = parse_json(text))
        (void)write(*value);
    return 0;
}
