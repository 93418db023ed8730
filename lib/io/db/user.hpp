// A subscriber, as the database knows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cord::io::db {

struct User {
    std::string name;
    std::string domain; ///< Lower case.
    std::string display_name;
    std::string email;
    std::int64_t contacts = 0; ///< Bindings that have not expired.
};

/// Hexadecimal digests of `user:domain:password`, empty where not known.
struct Ha1s {
    std::string md5;
    std::string md5_at; ///< Of `user@domain:domain:password`.
    std::string sha256;
    std::string sha512_256;
};

/// All three of a password.
[[nodiscard]] Ha1s ha1s_of(const std::string &name, const std::string &domain, const std::string &password);

/// What is wrong with a user's name or domain, or nothing. Almost anything is a user part in SIP, escaped on
/// the wire; what cannot be are control characters, "@" in the name, and what a column has no room for.
[[nodiscard]] std::optional<std::string> wrong_with_user(const std::string &name, const std::string &domain);

} // namespace cord::io::db
