#include "wire/stun/message.hpp"

#include <cstddef>

using namespace cord::wire::stun;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    auto message = Message::parse({data, size});
    if (!message)
        return 0;
    for (Attribute type :
         {Attribute::username, Attribute::priority, Attribute::use_candidate, Attribute::software})
        (void)message->find(type);
    (void)message->xor_mapped_address();
    (void)message->error_code();
    (void)message->unknown_required();
    (void)message->integrity_holds(cord::base::as_bytes("password"));
    (void)message->fingerprint_holds();
    return 0;
}
