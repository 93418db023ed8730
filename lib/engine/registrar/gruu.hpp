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
/// Whether it looks like a temporary one, of whomever.
[[nodiscard]] bool is_temporary_gruu(const wire::sip::Uri &uri);

/// Whether there is one for a binding: it needs an instance.
[[nodiscard]] inline bool has_gruu(const locate::Binding &binding) { return !binding.instance.empty(); }

/// "sip:alice@example.org;gr=urn:uuid:…"
[[nodiscard]] std::string public_gruu(const locate::Binding &binding);

/// Whether a URI is the public GRUU of the binding's instance; user and host are known to be.
[[nodiscard]] bool names_instance(const wire::sip::Uri &gruu, const locate::Binding &binding);

/// Makes and opens temporary GRUUs, which hide whose they are. Each says, encrypted, the number that the
/// location table knows the instance by (Binding::gruus) as long as it lets them live. All are alike: RFC
/// 5627 section 5.1 wants that nobody can tell "whether they were issued for the same AOR or instance ID or
/// for different AORs and instance IDs".
class GruuKey {
  public:
    explicit GruuKey(base::Random &random) : mac_(random) {}
    /// Of 16 bytes.
    explicit GruuKey(base::Bytes key) : mac_(key) {}

    /// A new one at each call: "sip:tgruu.9f3c…@example.org;gr".
    [[nodiscard]] std::string temporary(std::uint64_t gruus, std::string_view domain,
                                        base::Random &random) const;
    /// The number; nothing for one that this process did not make.
    [[nodiscard]] std::optional<std::uint64_t> open(const wire::sip::Uri &gruu) const;

  private:
    [[nodiscard]] std::uint64_t mask(std::string_view nonce) const;
    [[nodiscard]] std::string proof(std::string_view covered) const;

    crypto::SipHash mac_;
};

} // namespace cord::engine::registrar
