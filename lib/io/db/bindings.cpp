#include <charconv>

#include "io/db/database.hpp"
#include "io/db/julian.hpp"
#include "io/db/session.hpp"

namespace cord::io::db {
namespace {

using engine::locate::Row;

/// Most writes refresh what is there: no index but that of `expires` is touched, where SQLite would else
/// write all that stand in the SET, changed or not.
constexpr const char *refresh_sql =
    "UPDATE location SET received = :a, path = :b, expires = :c, q = :d, callid = :e, cseq = :f, "
    "last_modified = :g, flags = :h, cflags = :i, user_agent = :j, socket = :k, methods = :l, instance = :m, "
    "reg_id = :n, keepalive = :o, partition = :p "
    "WHERE ruid = :q AND contact = :r AND connection_id = :s AND server_id = :t";
/// In the order of `parameters_of`, less the ruid, which leads in one statement and ends the other.
constexpr const char *update_sql =
    "UPDATE location SET username = :a, domain = :b, contact = :c, received = :d, path = :e, expires = :f, q "
    "= :g, "
    "callid = :h, cseq = :i, last_modified = :j, flags = :k, cflags = :l, user_agent = :m, socket = :n, "
    "methods = :o, instance = :p, reg_id = :q, server_id = :r, connection_id = :s, keepalive = :t, "
    "partition = :u WHERE ruid = :v";
constexpr const char *insert_sql =
    "INSERT INTO location (username, domain, contact, received, path, expires, q, callid, cseq, "
    "last_modified, "
    "flags, cflags, user_agent, socket, methods, instance, reg_id, server_id, connection_id, keepalive, "
    "partition, ruid) VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l, :m, :n, :o, :p, :q, :r, :s, "
    ":t, "
    ":u, :v)";
constexpr const char *select_sql =
    "SELECT ruid, username, coalesce(domain, ''), contact, coalesce(received, ''), coalesce(path, ''), "
    "julianday(expires), q, callid, cseq, julianday(last_modified), flags, cflags, user_agent, "
    "coalesce(socket, ''), coalesce(methods, 0), coalesce(instance, ''), reg_id, server_id, connection_id, "
    "keepalive, partition FROM location WHERE julianday(expires) > :a";
constexpr std::size_t select_columns = 22;

Parameter text(const std::string &value) { return std::string_view(value); }
Parameter or_null(const std::string &value) { return value.empty() ? Parameter() : text(value); }
/// Kamailio reads NULL as "takes every method", which is what a client that sent no Allow means.
Parameter methods_of(const Row &r) { return r.methods == 0 ? Parameter() : Parameter(r.methods); }

std::vector<Parameter> refresh_parameters(const Row &r) {
    return {or_null(r.received),
            or_null(r.path),
            to_julian(r.expires),
            r.q,
            text(r.callid),
            r.cseq,
            to_julian(r.last_modified),
            r.flags,
            r.cflags,
            text(r.user_agent),
            or_null(r.socket),
            methods_of(r),
            or_null(r.instance),
            r.reg_id,
            r.keepalive,
            r.partition,
            text(r.ruid),
            text(r.contact),
            r.connection_id,
            r.server_id};
}

std::vector<Parameter> parameters_of(const Row &r) {
    return {text(r.username),
            or_null(r.domain),
            text(r.contact),
            or_null(r.received),
            or_null(r.path),
            to_julian(r.expires),
            r.q,
            text(r.callid),
            r.cseq,
            to_julian(r.last_modified),
            r.flags,
            r.cflags,
            text(r.user_agent),
            or_null(r.socket),
            methods_of(r),
            or_null(r.instance),
            r.reg_id,
            r.server_id,
            r.connection_id,
            r.keepalive,
            r.partition,
            text(r.ruid)};
}

template <class T>
T number(const std::string &text) {
    T value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Row row_of(Texts &&t) {
    Row r;
    r.ruid = std::move(t[0]);
    r.username = std::move(t[1]);
    r.domain = std::move(t[2]);
    r.contact = std::move(t[3]);
    r.received = std::move(t[4]);
    r.path = std::move(t[5]);
    r.expires = from_julian(t[6]);
    r.q = number<double>(t[7]);
    r.callid = std::move(t[8]);
    r.cseq = number<std::int64_t>(t[9]);
    r.last_modified = from_julian(t[10]);
    r.flags = number<std::int64_t>(t[11]);
    r.cflags = number<std::int64_t>(t[12]);
    r.user_agent = std::move(t[13]);
    r.socket = std::move(t[14]);
    r.methods = number<std::int64_t>(t[15]);
    r.instance = std::move(t[16]);
    r.reg_id = number<std::int64_t>(t[17]);
    r.server_id = number<std::int64_t>(t[18]);
    r.connection_id = number<std::int64_t>(t[19]);
    r.keepalive = number<std::int64_t>(t[20]);
    r.partition = number<std::int64_t>(t[21]);
    return r;
}

Result<std::int64_t> write(Session &session, const RowChange &change) {
    if (change.removed)
        return session.change("DELETE FROM location WHERE ruid = :a", {change.row.ruid});
    auto refreshed = session.change(refresh_sql, refresh_parameters(change.row));
    if (!refreshed || *refreshed > 0)
        return refreshed;
    auto updated = session.change(update_sql, parameters_of(change.row));
    if (!updated || *updated > 0)
        return updated;
    return session.change(insert_sql, parameters_of(change.row));
}

} // namespace

Result<std::vector<Row>> Database::bindings(base::UnixTime now) {
    return session_->rows(select_sql, select_columns, {to_julian(now)}).map([](std::vector<Texts> rows) {
        std::vector<Row> all;
        for (Texts &row : rows)
            all.push_back(row_of(std::move(row)));
        return all;
    });
}

Result<std::monostate> Database::store(std::span<const RowChange> changes) {
    return session_->transaction([&]() -> Result<std::monostate> {
        for (const RowChange &change : changes)
            if (auto written = write(*session_, change); !written)
                return tl::unexpected(written.error());
        return std::monostate();
    });
}

} // namespace cord::io::db
