// An X.509 certificate chain with its private key: one for WSS, TLS and DTLS alike.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

// OpenSSL's own names; its headers stay in .cpp files.
struct x509_st;
struct evp_pkey_st;

namespace cord::crypto {

class Certificate {
  public:
    /// Makes a key on P-256 and a certificate for it, valid from a day before `now` for 397 days (the longest
    /// that browsers accept). `names` are host names and IP addresses; the first is the common name too.
    [[nodiscard]] static base::Result<Certificate> self_signed(std::span<const std::string> names,
                                                               base::UnixTime now);

    /// Reads the chain, leaf first, and the key that belongs to the leaf.
    [[nodiscard]] static base::Result<Certificate> from_pem(std::string_view chain, std::string_view key);

    /// The same from files, which may be one. Refuses a key file that group or others can read.
    [[nodiscard]] static base::Result<Certificate> load(const std::string &chain_file,
                                                        const std::string &key_file);

    /// Writes both files anew, the key with mode 0600; each appears whole or not at all.
    [[nodiscard]] base::Result<void> save(const std::string &chain_file, const std::string &key_file) const;

    [[nodiscard]] std::string chain_pem() const;
    [[nodiscard]] std::string key_pem() const;

    /// SHA-256 of the leaf as a=fingerprint writes it (RFC 8122 section 5): upper-case pairs joined by
    /// colons.
    [[nodiscard]] std::string fingerprint() const;
    [[nodiscard]] base::UnixTime expires() const;

    /// Owned by this; OpenSSL counts its own references.
    [[nodiscard]] x509_st *leaf() const { return chain_.front().get(); }
    [[nodiscard]] evp_pkey_st *key() const { return key_.get(); }
    /// Leaf first.
    [[nodiscard]] std::span<const std::shared_ptr<x509_st>> chain() const { return chain_; }

  private:
    using Chain = std::vector<std::shared_ptr<x509_st>>;
    Certificate(Chain chain, std::shared_ptr<evp_pkey_st> key);

    Chain chain_; // leaf first, never empty
    std::shared_ptr<evp_pkey_st> key_;
};

} // namespace cord::crypto
