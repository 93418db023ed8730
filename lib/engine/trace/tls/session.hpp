// One TLS connection, looked at from outside (RFC 5246, RFC 8446): the bytes of both sides in, what they say
// to each other out, where their secrets are known.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "engine/trace/tls/key_log.hpp"
#include "engine/trace/tls/protection.hpp"
#include "engine/trace/tls/suite.hpp"

namespace cord::engine::trace::tls {

enum class Side : std::uint8_t { client, server };

/// Whether a stream that begins so speaks TLS: a record's type and version.
[[nodiscard]] bool looks_like_tls(base::Bytes front);
/// The side that such a stream comes from.
[[nodiscard]] Side side_of(base::Bytes front);

class Session {
  public:
    explicit Session(std::shared_ptr<const KeyLog> log) : log_(std::move(log)) {}

    /// Bytes of one side in order; after a gap, the place in its records is looked for.
    void push(Side side, base::Bytes data, bool after_gap);

    struct Text {
        std::string bytes;
        bool after_gap = false;
    };
    /// What that side has said since the last call; nothing when there is none.
    [[nodiscard]] std::optional<Text> take(Side side);

    /// "TLS 1.3 TLS_AES_128_GCM_SHA256"; "TLS" while nothing is known.
    [[nodiscard]] std::string name() const;
    /// What became of it: "decrypted", or why not.
    [[nodiscard]] std::string_view outcome() const;
    [[nodiscard]] bool decrypted() const { return opened_ > 0; }
    /// Nothing of it will ever be read.
    [[nodiscard]] bool hopeless() const { return hopeless_ != nullptr; }

  private:
    enum class Epoch : std::uint8_t { plain, handshake, application };
    struct Direction {
        std::vector<std::uint8_t> buffer;
        bool lost = false; // bytes are missing before the buffer
        Epoch epoch = Epoch::plain;
        std::optional<Protection> protection;
        std::vector<std::uint8_t> handshake; // of a message that has begun
        std::string text;
        bool text_after_gap = false;
    };

    [[nodiscard]] Direction &at(Side side) { return directions_[static_cast<std::size_t>(side)]; }
    void run(Side side);
    [[nodiscard]] bool take_record(Side side);
    [[nodiscard]] bool find_record(Side side);
    [[nodiscard]] bool handle(Side side, const Record &record);
    [[nodiscard]] bool is_protected(Side side, const Record &record);
    [[nodiscard]] bool open(Side side, const Record &record);
    void heard(Side side, const Opened &opened);
    void handshake(Side side, base::Bytes bytes);
    void message(Side side, std::uint8_t type, base::Bytes body);
    void client_hello(base::Bytes body);
    void server_hello(base::Bytes body);
    void change_cipher_spec(Side side);
    void enter(Side side, Epoch epoch);
    void give_up(const char *why);

    std::shared_ptr<const KeyLog> log_;
    std::array<Direction, 2> directions_;
    std::optional<Random> client_random_;
    Random server_random_{};
    std::uint16_t version_ = 0; // 0 before the ServerHello
    std::uint16_t suite_id_ = 0;
    const Suite *suite_ = nullptr;
    bool encrypt_then_mac_ = false;
    const char *hopeless_ = nullptr;
    std::uint64_t opened_ = 0;
    std::uint64_t failed_ = 0;
};

} // namespace cord::engine::trace::tls
