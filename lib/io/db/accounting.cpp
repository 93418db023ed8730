#include "io/db/accounting.hpp"

#include "io/db/database.hpp"
#include "io/db/julian.hpp"
#include "io/db/session.hpp"

namespace cord::io::db {
namespace {

constexpr const char *columns = " (method, from_tag, to_tag, callid, sip_code, sip_reason, time) VALUES "
                                "(:a, :b, :c, :d, :e, :f, :g)";

/// What a column takes: SQLite would take more, other engines refuse the whole row.
std::string fit(const std::string &text, std::size_t length) { return text.substr(0, length); }

} // namespace

Result<std::monostate> Database::account(std::span<const AccountRow> rows) {
    return session_->transaction([&]() -> Result<std::monostate> {
        for (const AccountRow &r : rows) {
            auto written = session_->change(
                std::string("INSERT INTO ") + (r.missed ? "missed_calls" : "acc") + columns,
                {fit(r.method, 16), fit(r.from_tag, 128), fit(r.to_tag, 128), fit(r.callid, 255),
                 fit(r.sip_code, 3), fit(r.sip_reason, 128), to_julian(r.time)});
            if (!written)
                return tl::unexpected(written.error());
        }
        return std::monostate();
    });
}

} // namespace cord::io::db
