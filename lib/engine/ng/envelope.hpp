// What stands around an ng command: the cookie, and whether it is written in bencode or in JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/bencode/value.hpp"

namespace cord::engine::ng {

enum class Encoding : std::uint8_t { bencode, json };

struct Envelope {
    std::string cookie; ///< empty for clients that send none
    Encoding encoding = Encoding::bencode;
    std::string_view payload; ///< into the message
};

/// `COOKIE SP DICT`, where the cookie is any word, or a dictionary alone. Nothing when there is neither:
/// nobody could match an answer.
[[nodiscard]] std::optional<Envelope> open(std::string_view message);

/// The dictionary, or the words of the error that rtpengine would answer with.
[[nodiscard]] base::Result<wire::bencode::Dict> decode(const Envelope &envelope);

/// An answer under the same cookie and in the same encoding.
[[nodiscard]] std::string seal(const Envelope &request, const wire::bencode::Dict &reply);

/// The answer to what is no ng message, under its cookie where it has one: in JSON, unless it seems to be
/// bencode.
[[nodiscard]] std::string refusal(std::string_view message, std::string_view reason);

/// Length of the first message of a stream, with blanks before it; nullopt while its end has not come. An
/// error is final: where the next message begins cannot be told.
[[nodiscard]] base::Result<std::optional<std::size_t>> frame(std::string_view stream);

/// Longer cookies are refused.
inline constexpr std::size_t max_cookie = 256;

} // namespace cord::engine::ng
