#include "engine/registrar/gruu.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/locate/table.hpp"

namespace cord::engine::registrar {
namespace {

using locate::Binding;
using wire::sip::Uri;

constexpr std::string_view prefix = "tgruu.";
constexpr std::size_t word = 8, block = 16;
/// A longer one would make a URI that nobody likes to carry.
constexpr std::size_t longest_aor = 255;

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

std::string public_gruu(const Binding &binding) {
    return fmt::format("sip:{}@{};gr={}", escaped(binding.user, "&=+$,;?/"), binding.domain,
                       escaped(binding.instance, "[]/:&+$"));
}

bool names_instance(const Uri &gruu, const Binding &binding) {
    // RFC 5627 section 5.2 compares GRUUs as URIs, so an instance is told from another without its case.
    return has_gruu(binding) &&
           base::iequals(wire::sip::unescape(gruu.params.value("gr").value_or("")), binding.instance);
}

std::optional<std::string> GruuKey::temporary(const Binding &binding, base::Random &random) const {
    std::string text = locate::aor_key(binding);
    if (text.size() > longest_aor)
        return std::nullopt;
    // Blocks of one size, so that the length of a name is not told.
    text.resize((text.size() + block - 1) / block * block, '\0');
    const std::string nonce = bytes_of(random.u64());
    const std::string hidden = masked(nonce, bytes_of(registration_of(binding)) + text);
    return fmt::format("sip:{}{}@{};gr", prefix,
                       base::to_hex(base::as_bytes(nonce + hidden + proof(nonce, hidden))), binding.domain);
}

std::optional<GruuKey::Meaning> GruuKey::open(const Uri &gruu) const {
    if (!is_gruu(gruu) || !gruu.user.starts_with(prefix))
        return std::nullopt;
    auto bytes = base::from_hex(gruu.user.substr(prefix.size()));
    if (!bytes || bytes->size() < 3 * word)
        return std::nullopt;
    const std::string_view all = *bytes, nonce = all.substr(0, word),
                           hidden = all.substr(word, all.size() - 2 * word);
    if (proof(nonce, hidden) != all.substr(all.size() - word))
        return std::nullopt;
    const std::string text = masked(nonce, std::string(hidden));
    Meaning meaning{text.substr(word), value_of(std::string_view(text).substr(0, word))};
    meaning.aor.resize(meaning.aor.find_last_not_of('\0') + 1);
    return meaning;
}

bool GruuKey::names(const Meaning &meaning, const Binding &binding) const {
    return has_gruu(binding) && registration_of(binding) == meaning.registration;
}

std::uint64_t GruuKey::registration_of(const Binding &binding) const {
    return mac_(fmt::format("registration {} {}", binding.instance, binding.call_id));
}

/// SipHash is a pseudo-random function: counting under a nonce it makes the key stream. The same both ways.
std::string GruuKey::masked(std::string_view nonce, std::string text) const {
    for (std::size_t at = 0; at < text.size(); at += word) {
        const std::string key = bytes_of(mac_(fmt::format("mask {} {}", nonce, at)));
        for (std::size_t i = 0; i < word && at + i < text.size(); ++i)
            text[at + i] = static_cast<char>(text[at + i] ^ key[i]);
    }
    return text;
}

std::string GruuKey::proof(std::string_view nonce, std::string_view masked) const {
    return bytes_of(mac_(fmt::format("proof {} {}", nonce, masked)));
}

} // namespace cord::engine::registrar
