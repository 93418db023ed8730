#include "crypto/alternative_names.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

#include <openssl/x509v3.h>

namespace cord::crypto {
namespace {

void add(std::vector<std::string> &names, const ASN1_IA5STRING *value) {
    const std::string_view text(reinterpret_cast<const char *>(ASN1_STRING_get0_data(value)),
                                static_cast<std::size_t>(ASN1_STRING_length(value)));
    if (!text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
        names.emplace_back(text);
}

} // namespace

AlternativeNames alternative_names(const x509_st *certificate) {
    const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(
        static_cast<GENERAL_NAMES *>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        GENERAL_NAMES_free);
    AlternativeNames out;
    out.present = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0;
    for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(all.get(), i);
        if (name->type == GEN_DNS)
            add(out.hosts, name->d.dNSName);
        else if (name->type == GEN_URI)
            add(out.uris, name->d.uniformResourceIdentifier);
    }
    return out;
}

} // namespace cord::crypto
