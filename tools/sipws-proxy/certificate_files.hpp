// The certificate that TLS and WSS listeners show: the operator's, or one of our own making that stays.
#pragma once

#include <span>
#include <string>

#include "crypto/certificate.hpp"
#include "options.hpp"

namespace cord::tools::sipws_proxy {

class CertificateFiles {
  public:
    /// Those of --tls-cert and --tls-key; without them cert.pem and key.pem of the state directory.
    CertificateFiles(const Options &options, const std::string &state_directory);

    /// Reads them; makes our own for these names where they are not there yet.
    [[nodiscard]] Checked<crypto::Certificate> load(std::span<const std::string> names) const;

    [[nodiscard]] const std::string &chain() const { return chain_; }
    [[nodiscard]] const std::string &key() const { return key_; }

  private:
    bool own_;
    std::string chain_, key_;
};

} // namespace cord::tools::sipws_proxy
