#include <charconv>

#include "base/text.hpp"
#include "io/db/address.hpp"
#include "io/db/database.hpp"
#include "io/db/rows.hpp"

namespace cord::io::db {
namespace {

std::int64_t bits_of(const base::IpAddress &ip) { return ip.v6 ? 128 : 32; }

bool has_bits_beyond(const base::IpAddress &ip, std::int64_t bits) {
    for (std::int64_t bit = bits; bit < bits_of(ip); ++bit)
        if ((ip.bytes[static_cast<std::size_t>(bit / 8)] & 0x80 >> bit % 8) != 0)
            return true;
    return false;
}

std::int64_t number(const std::string &text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace

std::optional<base::IpAddress> Address::network() const {
    auto found = base::IpAddress::parse(base::trim(ip));
    const bool fits = found && bits >= 0 && bits <= bits_of(*found) && port >= 0 && port <= UINT16_MAX;
    return fits ? found : std::nullopt;
}

std::optional<Address> parse_address(std::string_view text) {
    auto [ip, mask] = base::cut(text, '/');
    auto found = base::IpAddress::parse(ip);
    if (!found)
        return std::nullopt;
    std::int64_t bits = bits_of(*found);
    if (ip.size() < text.size()) {
        auto given = base::to_uint(mask, static_cast<std::uint64_t>(bits));
        if (!given)
            return std::nullopt;
        bits = static_cast<std::int64_t>(*given);
    }
    if (has_bits_beyond(*found, bits))
        return std::nullopt;
    return Address{trusted_group, found->text(), bits, 0, {}};
}

Result<std::vector<Address>> Database::addresses() {
    auto there = has_table(*session_, "address");
    if (!there)
        return tl::unexpected(there.error());
    if (!*there)
        return std::vector<Address>();
    return session_
        ->rows("SELECT grp, ip_addr, mask, port, coalesce(tag, '') FROM address ORDER BY grp, id", 5)
        .map([](const std::vector<Texts> &rows) {
            std::vector<Address> all;
            for (const Texts &row : rows)
                all.push_back({number(row[0]), row[1], number(row[2]), number(row[3]), row[4]});
            return all;
        });
}

Result<bool> Database::add_address(const Address &address) {
    auto table = has_table(*session_, "address");
    if (table && !*table)
        if (auto made = make_table(*session_, "address"); !made)
            return tl::unexpected(made.error());
    auto known = addresses();
    if (!known)
        return tl::unexpected(known.error());
    for (const Address &a : *known)
        if (a.group == address.group && a.network() == address.network() && a.bits == address.bits &&
            a.port == address.port)
            return false;
    return session_
        ->change("INSERT INTO address (grp, ip_addr, mask, port, tag) VALUES (:a, :b, :c, :d, :e)",
                 {address.group, address.ip, address.bits, address.port,
                  address.tag.empty() ? Parameter() : Parameter(address.tag)})
        .map([](std::int64_t) { return true; });
}

Result<bool> Database::remove_address(const Address &address) {
    auto table = has_table(*session_, "address");
    if (!table)
        return tl::unexpected(table.error());
    if (!*table)
        return false;
    return session_
        ->change("DELETE FROM address WHERE grp = :a AND ip_addr = :b AND mask = :c AND port = :d",
                 {address.group, address.ip, address.bits, address.port})
        .map([](std::int64_t rows) { return rows > 0; });
}

} // namespace cord::io::db
