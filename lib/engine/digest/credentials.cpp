#include "engine/digest/credentials.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace cord::engine::digest {
namespace {

using base::fail;

/// One `name=value` or `name="value"`, cut off the front of the list.
struct Parameter {
    std::string_view name;
    std::string value;
};

class ParameterReader {
  public:
    explicit ParameterReader(std::string_view list) : list_(list) {}

    [[nodiscard]] bool done() {
        while (at_ < list_.size() && (base::is_space(list_[at_]) || list_[at_] == ','))
            ++at_;
        return at_ == list_.size();
    }

    base::Result<Parameter> next() {
        Parameter parameter;
        std::size_t equals = list_.find('=', at_);
        if (equals == std::string_view::npos)
            return fail("a digest parameter has no value", at_);
        parameter.name = base::trim(list_.substr(at_, equals - at_));
        at_ = equals + 1;
        while (at_ < list_.size() && base::is_space(list_[at_]))
            ++at_;
        if (at_ < list_.size() && list_[at_] == '"')
            return quoted(std::move(parameter));
        std::size_t end = std::min(list_.find(',', at_), list_.size());
        parameter.value = base::trim(list_.substr(at_, end - at_));
        at_ = end;
        return parameter;
    }

  private:
    base::Result<Parameter> quoted(Parameter parameter) {
        std::size_t start = at_++;
        for (; at_ < list_.size() && list_[at_] != '"'; ++at_) {
            if (list_[at_] == '\\' && ++at_ == list_.size())
                break;
            parameter.value += list_[at_];
        }
        if (at_ >= list_.size())
            return fail("a quoted digest parameter does not end", start);
        ++at_;
        return parameter;
    }

    std::string_view list_;
    std::size_t at_ = 0;
};

std::optional<crypto::Hash> algorithm_from(std::string_view name) {
    for (auto hash : {crypto::Hash::md5, crypto::Hash::sha256, crypto::Hash::sha512_256})
        if (base::iequals(name, algorithm_name(hash)))
            return hash;
    return std::nullopt;
}

base::Result<void> assign(Credentials &c, Parameter parameter) {
    struct Field {
        std::string_view name;
        std::string Credentials::*member;
    };
    static constexpr Field fields[] = {{"username", &Credentials::username},
                                       {"realm", &Credentials::realm},
                                       {"nonce", &Credentials::nonce},
                                       {"uri", &Credentials::uri},
                                       {"response", &Credentials::response},
                                       {"cnonce", &Credentials::cnonce},
                                       {"nc", &Credentials::nc}};
    for (const Field &field : fields)
        if (base::iequals(parameter.name, field.name)) {
            c.*field.member = std::move(parameter.value);
            return {};
        }
    if (base::iequals(parameter.name, "qop")) {
        if (!base::iequals(parameter.value, "auth"))
            return fail("qop is not one that was offered");
        c.qop_auth = true;
    } else if (base::iequals(parameter.name, "algorithm")) {
        auto hash = algorithm_from(parameter.value);
        if (!hash)
            return fail("the digest algorithm is not one that was offered");
        c.algorithm = *hash;
    }
    // RFC 7616 section 3.4: "Any unrecognized parameter MUST be ignored" by the rules of RFC 7235.
    return {};
}

} // namespace

std::string_view algorithm_name(crypto::Hash hash) {
    switch (hash) {
    case crypto::Hash::sha256:
        return "SHA-256";
    case crypto::Hash::sha512_256:
        return "SHA-512-256";
    default:
        return "MD5";
    }
}

std::uint32_t Credentials::nonce_count() const {
    std::uint32_t count = 0;
    std::from_chars(nc.data(), nc.data() + nc.size(), count, 16);
    return count;
}

base::Result<Credentials> parse_credentials(std::string_view value) {
    value = base::trim(value);
    if (!base::istarts_with(value, "Digest") || value.size() < 7 || !base::is_space(value[6]))
        return fail("the authentication scheme is not Digest");
    ParameterReader reader(value.substr(7));
    Credentials credentials;
    while (!reader.done()) {
        auto parameter = reader.next();
        if (!parameter)
            return tl::unexpected(parameter.error());
        if (auto assigned = assign(credentials, std::move(*parameter)); !assigned)
            return tl::unexpected(assigned.error());
    }
    if (credentials.username.empty() || credentials.nonce.empty() || credentials.response.empty())
        return fail("username, nonce or response is missing");
    // RFC 7616 section 3.4: nc "MUST be specified if a qop directive is sent", and so must cnonce.
    if (credentials.qop_auth && (credentials.nc.size() != 8 || credentials.cnonce.empty()))
        return fail("nc or cnonce is missing");
    return credentials;
}

} // namespace cord::engine::digest
