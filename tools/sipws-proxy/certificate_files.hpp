// The certificates that TLS and WSS listeners show: the operator's, or one of our own making that stays. And
// those of whom we trust.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/certificate.hpp"
#include "options.hpp"

namespace cord::tools::sipws_proxy {

class CertificateFiles {
  public:
    struct Pair {
        std::string chain, key;
    };

    /// Those of --tls-cert and --tls-key; without them cert.pem and key.pem of the state directory.
    CertificateFiles(const Options &options, const std::string &state_directory);

    /// Reads them; makes our own for these names where they are not there yet.
    [[nodiscard]] Checked<std::vector<crypto::Certificate>> load(std::span<const std::string> names) const;
    /// Another text once any of them was written or replaced; nothing while one is not there.
    [[nodiscard]] std::optional<std::string> state() const;

    [[nodiscard]] const std::vector<Pair> &pairs() const { return pairs_; }
    /// That of --tls-ca; empty when none was named.
    [[nodiscard]] const std::string &authorities() const { return authorities_; }

  private:
    bool own_;
    std::size_t keys_; ///< That were named.
    std::vector<Pair> pairs_;
    std::string authorities_;
};

} // namespace cord::tools::sipws_proxy
