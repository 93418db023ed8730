// The keys of one direction, and the records that they open.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "engine/trace/tls/suite.hpp"

namespace cord::engine::trace::tls {

/// RFC 8446 section 5.1.
enum class ContentType : std::uint8_t {
    change_cipher_spec = 20,
    alert = 21,
    handshake = 22,
    application = 23
};

/// One record, its header included in `whole`.
struct Record {
    ContentType type = ContentType::application;
    std::uint16_t version = 0;
    base::Bytes whole;
    [[nodiscard]] base::Bytes body() const { return whole.subspan(5); }
};

struct Opened {
    ContentType type = ContentType::application;
    base::Bytes text;
};

class Protection {
  public:
    /// TLS 1.3, of a traffic secret.
    [[nodiscard]] static Protection tls13(const Suite &suite, base::Bytes secret);
    /// TLS 1.2, of the parts of the key block. `encrypt_then_mac`: RFC 7366.
    [[nodiscard]] static Protection tls12(const Suite &suite, base::Bytes key, base::Bytes vector,
                                          bool encrypt_then_mac);

    /// Opens the next record; up to `skips` records before it may be missing. Nothing when it cannot be
    /// opened: then nothing has changed. Valid until the next call.
    [[nodiscard]] std::optional<Opened> open(const Record &record, unsigned skips);
    /// RFC 8446 section 7.2: the keys after a KeyUpdate.
    [[nodiscard]] Protection next() const;

  private:
    Protection(const Suite &suite, base::Bytes key, base::Bytes vector);
    [[nodiscard]] bool open_aead(const Record &record, std::uint64_t sequence);
    [[nodiscard]] bool open_cbc(const Record &record);
    [[nodiscard]] std::optional<Opened> inner(const Record &record) const;

    const Suite *suite_;
    crypto::Decrypter decrypter_;
    std::vector<std::uint8_t> vector_;
    std::vector<std::uint8_t> secret_; // of TLS 1.3
    bool encrypt_then_mac_ = false;
    std::uint64_t sequence_ = 0;
    std::vector<std::uint8_t> text_;
};

} // namespace cord::engine::trace::tls
