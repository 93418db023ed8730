#include "crypto/random.hpp"

#include <openssl/rand.h>

#include <algorithm>

#include "base/result.hpp"

namespace cord::crypto {

void SystemRandom::fill(base::MutableBytes out) {
    while (!out.empty()) {
        if (left_ == 0) {
            CORD_ASSERT(RAND_bytes(pool_.edit().data(), pool_size) == 1);
            left_ = pool_size;
        }
        const std::size_t n = std::min(left_, out.size());
        const base::MutableBytes taken = pool_.edit().subspan(left_ - n, n);
        std::copy(taken.begin(), taken.end(), out.begin());
        wipe(taken);
        left_ -= n;
        out = out.subspan(n);
    }
}

} // namespace cord::crypto
