#include "crypto/random.hpp"

#include <openssl/rand.h>

#include "base/result.hpp"

namespace cord::crypto {

void SystemRandom::fill(base::MutableBytes out) {
    CORD_ASSERT(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
}

} // namespace cord::crypto
