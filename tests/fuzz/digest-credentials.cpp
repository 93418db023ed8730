#include "engine/digest/credentials.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    auto credentials = cord::engine::digest::parse_credentials(cord::base::as_text({data, size}));
    if (credentials)
        (void)credentials->nonce_count();
    return 0;
}
