#include "crypto/secret.hpp"

#include <openssl/crypto.h>

namespace cord::crypto {

void wipe(base::MutableBytes bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

} // namespace cord::crypto
