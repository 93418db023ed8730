#include "engine/registrar/gruu.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::engine::registrar {
namespace {

using locate::Binding;
using wire::sip::Uri;

constexpr std::string_view prefix = "tgruu.";
constexpr std::size_t word = 8;

/// RFC 3261 section 25.1: all but unreserved characters, and those that `also` may stand there, are escaped.
std::string escaped(std::string_view text, std::string_view also) {
    std::string out;
    for (char c : text) {
        const bool plain = base::is_alpha(c) || base::is_digit(c) ||
                           std::string_view("-_.!~*'()").find(c) != std::string_view::npos ||
                           also.find(c) != std::string_view::npos;
        if (plain)
            out += c;
        else
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string bytes_of(std::uint64_t value) {
    std::string out(word, '\0');
    for (std::size_t i = 0; i < word; ++i)
        out[i] = static_cast<char>(value >> (56 - 8 * i));
    return out;
}

std::uint64_t value_of(std::string_view bytes) {
    std::uint64_t value = 0;
    for (char c : bytes)
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

} // namespace

bool is_temporary_gruu(const Uri &uri) { return is_gruu(uri) && uri.user.starts_with(prefix); }

std::string public_gruu(const Binding &binding) {
    return fmt::format("sip:{}@{};gr={}", escaped(binding.user, "&=+$,;?/"), binding.domain,
                       escaped(binding.instance, "[]/:&+$"));
}

bool names_instance(const Uri &gruu, const Binding &binding) {
    // RFC 5627 section 5.2 compares GRUUs as URIs, so an instance is told from another without its case.
    return has_gruu(binding) &&
           base::iequals(wire::sip::unescape(gruu.params.value("gr").value_or("")), binding.instance);
}

std::string GruuKey::temporary(std::uint64_t gruus, std::string_view domain, base::Random &random) const {
    std::string bytes = bytes_of(random.u64());
    bytes += bytes_of(gruus ^ mask(bytes));
    bytes += proof(bytes);
    return fmt::format("sip:{}{}@{};gr", prefix, base::to_hex(base::as_bytes(bytes)), domain);
}

std::optional<std::uint64_t> GruuKey::open(const Uri &gruu) const {
    if (!is_temporary_gruu(gruu))
        return std::nullopt;
    auto bytes = base::from_hex(gruu.user.substr(prefix.size()));
    if (!bytes || bytes->size() != 3 * word)
        return std::nullopt;
    const std::string_view all = *bytes;
    if (proof(all.substr(0, 2 * word)) != all.substr(2 * word))
        return std::nullopt;
    return value_of(all.substr(word, word)) ^ mask(all.substr(0, word));
}

/// SipHash is a pseudo-random function: of a nonce it makes the key.
std::uint64_t GruuKey::mask(std::string_view nonce) const { return mac_(fmt::format("mask {}", nonce)); }

std::string GruuKey::proof(std::string_view covered) const {
    return bytes_of(mac_(fmt::format("proof {}", covered)));
}

} // namespace cord::engine::registrar
