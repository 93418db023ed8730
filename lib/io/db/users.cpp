#include <fnmatch.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "io/db/database.hpp"
#include "io/db/julian.hpp"
#include "io/db/rows.hpp"

namespace cord::io::db {
namespace {

constexpr std::size_t md5_size = 32, sha256_size = 64; // in hexadecimal digits

User user_of(const Texts &row) {
    auto contacts = base::to_uint(row[4]).value_or(0);
    return {row[0], row[1], row[2], row[3], static_cast<std::int64_t>(contacts)};
}

/// The user's name, domain, display name, e-mail and number of bindings. A database of Kamailio's alone has
/// no cord_subscriber, and its bindings no domain while its use_domain is off.
std::string select_users(bool with_profile) {
    return fmt::format("SELECT s.username, lower(s.domain), {}, (SELECT count(*) FROM location l WHERE "
                       "l.username = s.username AND (l.domain IS NULL OR lower(l.domain) = lower(s.domain)) "
                       "AND julianday(l.expires) > :a) FROM subscriber s {}",
                       with_profile ? "coalesce(c.display_name, ''), coalesce(c.email, '')" : "'', ''",
                       with_profile ? "LEFT JOIN cord_subscriber c ON c.username = s.username AND c.domain = "
                                      "lower(s.domain)"
                                    : "");
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool is_host_character(char c) {
    return base::is_alpha(c) || base::is_digit(c) ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
}

} // namespace

Ha1s ha1s_of(const std::string &name, const std::string &domain, const std::string &password) {
    using crypto::Hash;
    auto digest = [&](Hash hash) { return crypto::hex_digest(hash, {name, ":", domain, ":", password}); };
    return {digest(Hash::md5), crypto::hex_digest(Hash::md5, {name, "@", domain, ":", domain, ":", password}),
            digest(Hash::sha256), digest(Hash::sha512_256)};
}

std::optional<std::string> wrong_with_user(const std::string &name, const std::string &domain) {
    constexpr std::size_t column_size = 64;
    if (name.empty())
        return "the user has no name";
    if (domain.empty())
        return "the user has no domain";
    if (characters(name) > column_size || characters(domain) > column_size)
        return "the name or the domain is longer than 64 characters";
    if (!base::is_utf8(name))
        return "the name is not UTF-8";
    // RFC 7616 section 3.4.2 hashes user ":" realm ":" password: a colon in the name would make two users
    // one.
    if (name.find_first_of("@:") != std::string::npos)
        return "the name holds \"@\" or \":\"";
    if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return "the name holds a control character";
    if (!std::all_of(domain.begin(), domain.end(), is_host_character))
        return "the domain holds a character that no host name has";
    return std::nullopt;
}

Result<bool> Database::add_user(const User &user, const std::string &password) {
    bool added = false;
    const Ha1s ha1s = ha1s_of(user.name, user.domain, password);
    auto done = session_->transaction([&]() -> Result<std::monostate> {
        auto there = session_->rows("SELECT 1 FROM subscriber WHERE username = :a AND lower(domain) = :b", 1,
                                    {user.name, user.domain});
        if (!there)
            return tl::unexpected(there.error());
        if (!there->empty())
            return std::monostate();
        auto inserted =
            session_->change("INSERT INTO subscriber (username, domain, password, ha1, ha1b) VALUES "
                             "(:a, :b, '', :c, :d)",
                             {user.name, user.domain, ha1s.md5, ha1s.md5_at});
        if (!inserted)
            return tl::unexpected(inserted.error());
        added = true;
        return keep_profile(user, ha1s);
    });
    return done.map([&](std::monostate) { return added; });
}

/// Writes the row of cord_subscriber, within the caller's transaction.
Result<std::monostate> Database::keep_profile(const User &user, const Ha1s &ha1s) {
    auto there = has_table(*session_, "cord_subscriber");
    if (there && !*there)
        if (auto made = make_table(*session_, "cord_subscriber"); !made)
            return made;
    auto removed = session_->change("DELETE FROM cord_subscriber WHERE username = :a AND domain = :b",
                                    {user.name, user.domain});
    if (!removed)
        return tl::unexpected(removed.error());
    return session_
        ->change(
            "INSERT INTO cord_subscriber (username, domain, display_name, email, ha1, ha1_sha256, "
            "ha1_sha512_256) VALUES (:a, :b, :c, :d, :e, :f, :g)",
            {user.name, user.domain, user.display_name, user.email, ha1s.md5, ha1s.sha256, ha1s.sha512_256})
        .map([](std::int64_t) { return std::monostate(); });
}

Result<bool> Database::remove_user(const std::string &name, const std::string &domain) {
    bool removed = false;
    auto done = session_->transaction([&]() -> Result<std::monostate> {
        for (const std::string table :
             {"subscriber", "location", "dbaliases", "speed_dial", "grp", "cord_subscriber"}) {
            auto rows =
                remove_rows(*session_, table,
                            {fmt::format("DELETE FROM {} WHERE username = :a AND lower(domain) = :b", table),
                             {name, domain}});
            if (!rows)
                return tl::unexpected(rows.error());
            removed |= table == "subscriber" && *rows > 0;
        }
        return std::monostate();
    });
    return done.map([&](std::monostate) { return removed; });
}

Result<bool> Database::set_password(const std::string &name, const std::string &domain,
                                    const std::string &password) {
    auto known = user(name, domain, {});
    if (!known)
        return tl::unexpected(known.error());
    if (!*known)
        return false;
    const Ha1s ha1s = ha1s_of(name, domain, password);
    auto done = session_->transaction([&]() -> Result<std::monostate> {
        auto changed = session_->change("UPDATE subscriber SET password = '', ha1 = :a, ha1b = :b "
                                        "WHERE username = :c AND lower(domain) = :d",
                                        {ha1s.md5, ha1s.md5_at, name, domain});
        if (!changed)
            return tl::unexpected(changed.error());
        return keep_profile(**known, ha1s);
    });
    return done.map([](std::monostate) { return true; });
}

Result<std::optional<User>> Database::user(const std::string &name, const std::string &domain,
                                           base::UnixTime now) {
    auto own = has_table(*session_, "cord_subscriber");
    if (!own)
        return tl::unexpected(own.error());
    return session_
        ->rows(select_users(*own) + " WHERE s.username = :b AND lower(s.domain) = :c", 5,
               {to_julian(now), name, domain})
        .map([](const std::vector<Texts> &rows) {
            return rows.empty() ? std::nullopt : std::optional(user_of(rows[0]));
        });
}

Result<std::vector<User>> Database::users(const std::string &pattern, base::UnixTime now) {
    auto own = has_table(*session_, "cord_subscriber");
    if (!own)
        return tl::unexpected(own.error());
    auto rows =
        session_->rows(select_users(*own) + " ORDER BY lower(s.domain), s.username", 5, {to_julian(now)});
    if (!rows)
        return tl::unexpected(rows.error());
    std::vector<User> all;
    auto matches = [&](const std::string &text) { return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0; };
    for (const Texts &row : *rows)
        if (pattern.empty() || matches(row[0]) || matches(row[0] + "@" + row[1]))
            all.push_back(user_of(row));
    return all;
}

Result<std::optional<Ha1s>> Database::ha1s(const std::string &name, const std::string &domain) {
    const bool was_there = has_profiles_;
    if (!was_there) {
        auto there = has_table(*session_, "cord_subscriber");
        if (!there)
            return tl::unexpected(there.error());
        has_profiles_ = *there;
    }
    // The profile's hashes are of the same password as long as its MD5 is the row's.
    auto rows = session_->rows(
        fmt::format("SELECT s.password, lower(s.ha1), lower(s.ha1b), {} FROM subscriber s {} WHERE "
                    "s.username = :a AND "
                    "lower(s.domain) = :b",
                    has_profiles_ ? "coalesce(c.ha1_sha256, ''), coalesce(c.ha1_sha512_256, '')" : "'', ''",
                    has_profiles_ ? "LEFT JOIN cord_subscriber c ON c.username = s.username AND c.domain = "
                                    "lower(s.domain) AND c.ha1 = lower(s.ha1)"
                                  : ""),
        5, {name, domain});
    if (!rows && std::exchange(has_profiles_, false) && was_there)
        return ha1s(name, domain); // that table may have gone since
    if (!rows)
        return tl::unexpected(rows.error());
    if (rows->empty())
        return std::nullopt;
    const Texts &row = rows->at(0);
    const std::string &password = row[0], &ha1 = row[1], &ha1b = row[2];
    if (!password.empty())
        return ha1s_of(name, domain, password);
    if (ha1.size() == sha256_size)
        return Ha1s{"", "", ha1, ""};
    return Ha1s{ha1.size() == md5_size ? ha1 : "", ha1b.size() == md5_size ? ha1b : "", row[3], row[4]};
}

} // namespace cord::io::db
