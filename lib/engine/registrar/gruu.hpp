// Globally Routable User Agent URIs (RFC 5627): URIs that reach one instance of a user and no other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "crypto/siphash.hpp"
#include "engine/locate/binding.hpp"
#include "wire/sip/uri.hpp"

namespace cord::engine::registrar {

[[nodiscard]] inline bool is_gruu(const wire::sip::Uri &uri) { return uri.params.has("gr"); }

/// Whether there is one for a binding: it needs an instance.
[[nodiscard]] inline bool has_gruu(const locate::Binding &binding) { return !binding.instance.empty(); }

/// "sip:alice@example.org;gr=urn:uuid:…"
[[nodiscard]] std::string public_gruu(const locate::Binding &binding);

/// Whether a URI is the public GRUU of the binding's instance; user and host are known to be.
[[nodiscard]] bool names_instance(const wire::sip::Uri &gruu, const locate::Binding &binding);

/// Temporary GRUUs hide whose they are from all but their maker. None is stored: each says, encrypted under a
/// key of ours, which address of record, instance and registration it stands for. The registration
/// is its Call-ID: RFC 5627 section 5.4 ends all temporary GRUUs of an instance that registers with another
/// one, and those of one that is registered no more.
class GruuKey {
  public:
    explicit GruuKey(base::Random &random) : mac_(random) {}
    /// Of 16 bytes.
    explicit GruuKey(base::Bytes key) : mac_(key) {}

    /// A new one at each call: "sip:tgruu.9f3c…@example.org;gr". Nothing for an address of record too long.
    [[nodiscard]] std::optional<std::string> temporary(const locate::Binding &binding,
                                                       base::Random &random) const;

    /// What a temporary GRUU stands for.
    struct Meaning {
        std::string aor;
        std::uint64_t registration = 0;
    };
    /// Nothing for one that we did not make.
    [[nodiscard]] std::optional<Meaning> open(const wire::sip::Uri &gruu) const;
    [[nodiscard]] bool names(const Meaning &meaning, const locate::Binding &binding) const;

  private:
    [[nodiscard]] std::uint64_t registration_of(const locate::Binding &binding) const;
    [[nodiscard]] std::string masked(std::string_view nonce, std::string text) const;
    [[nodiscard]] std::string proof(std::string_view nonce, std::string_view masked) const;

    crypto::SipHash mac_;
};

} // namespace cord::engine::registrar
