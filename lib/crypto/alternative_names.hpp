// The names in the subjectAltName of a certificate (RFC 5280 section 4.2.1.6).
#pragma once

#include <string>
#include <vector>

struct x509_st;

namespace cord::crypto {

struct AlternativeNames {
    bool present = false; ///< Whether there is such an extension, even one without a name of these kinds.
    std::vector<std::string> hosts; ///< dNSName, wildcards as they are.
    std::vector<std::string> uris;  ///< uniformResourceIdentifier.
};

/// A name with characters beyond printable ASCII, a NUL among them, is left out: nobody shall read its begin
/// for the whole.
[[nodiscard]] AlternativeNames alternative_names(const x509_st *certificate);

} // namespace cord::crypto
