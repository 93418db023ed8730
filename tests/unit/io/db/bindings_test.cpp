#include <cmath>

#include "io/db/julian.hpp"
#include "unit/io/db/temporary.hpp"

using namespace cord::io::db;
using cord::engine::locate::Row;
using cord::tests::TemporaryDatabase;

namespace {

const cord::base::UnixTime now{std::chrono::seconds(1'795'416'131)};

Row full_row() {
    Row r;
    r.ruid = "uloc-1-2-3";
    r.username = "alice";
    r.domain = "example.com";
    r.contact = "sip:alice@k3j4h5.invalid;transport=ws";
    r.received = "sip:192.0.2.7:51544;transport=ws";
    r.path = "<sip:edge.example;lr>";
    r.expires = now + std::chrono::seconds(600);
    r.q = 0.5;
    r.callid = "o'call\"id";
    r.cseq = 4'294'967'295;
    r.last_modified = now;
    r.user_agent = "JsSIP 3.10 🐢";
    r.socket = "wss:192.0.2.2:8443";
    r.methods = 8191;
    r.instance = "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>";
    r.reg_id = 1;
    r.connection_id = 17;
    return r;
}

} // namespace

TEST_CASE("times are Julian days as Kamailio writes them") {
    CHECK(std::abs(to_julian(now) - (1'795'416'130.5 / 86400 + 2440587.5)) < 1e-9);
    for (int s = 0; s < 1000; ++s)
        CHECK(from_julian(std::to_string(to_julian(now + std::chrono::seconds(s)))) ==
              now + std::chrono::seconds(s));
    CHECK(from_julian("nonsense") == cord::base::UnixTime{});
}

TEST_CASE("bindings are inserted, changed and deleted in one transaction, and come back whole") {
    TemporaryDatabase t;
    auto db = t.created();
    Row bare;
    bare.ruid = "uloc-bare";
    bare.username = "bob";
    bare.contact = "sip:bob@192.0.2.9";
    bare.expires = now + std::chrono::seconds(60);
    std::vector<RowChange> changes = {{false, full_row()}, {false, bare}};
    REQUIRE(db.store(changes));
    CHECK(
        t.sqlite("SELECT typeof(expires), datetime(expires), typeof(last_modified), q, methods FROM location "
                 "WHERE username = 'alice'") == "real|2026-11-23 06:52:10|real|0.5|8191\n");
    CHECK(t.sqlite("SELECT domain IS NULL, received IS NULL, path IS NULL, socket IS NULL, methods IS NULL, "
                   "instance IS NULL, q FROM location WHERE username = 'bob'") == "1|1|1|1|1|1|-1.0\n");

    auto rows = db.bindings(now);
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    const Row r = full_row(), &got = (*rows)[0];
    CHECK(got.ruid == r.ruid);
    CHECK(got.username == r.username);
    CHECK(got.domain == r.domain);
    CHECK(got.contact == r.contact);
    CHECK(got.received == r.received);
    CHECK(got.path == r.path);
    CHECK(got.expires == r.expires);
    CHECK(got.q == r.q);
    CHECK(got.callid == r.callid);
    CHECK(got.cseq == r.cseq);
    CHECK(got.last_modified == r.last_modified);
    CHECK(got.user_agent == r.user_agent);
    CHECK(got.socket == r.socket);
    CHECK(got.methods == r.methods);
    CHECK(got.instance == r.instance);
    CHECK(got.reg_id == r.reg_id);
    CHECK(got.connection_id == r.connection_id);
    CHECK(db.bindings(now + std::chrono::seconds(61))->size() == 1);

    Row later = full_row();
    later.cseq = 2;
    later.expires += std::chrono::seconds(3000);
    changes = {{false, later}, {true, bare}};
    REQUIRE(db.store(changes));
    rows = db.bindings(now);
    REQUIRE(rows->size() == 1);
    CHECK((*rows)[0].cseq == 2);
    CHECK((*rows)[0].expires == later.expires);

    REQUIRE(*db.add_user({"alice", "example.com"}, "x"));
    CHECK((*db.user("alice", "example.com", now))->contacts == 1);
    CHECK((*db.user("alice", "example.com", now + std::chrono::hours(2)))->contacts == 0);
    CHECK(*db.remove_user("alice", "example.com"));
    CHECK(db.bindings(now)->empty());
}

TEST_CASE("a transaction that fails leaves nothing") {
    TemporaryDatabase t;
    auto db = t.created();
    t.sqlite("CREATE TRIGGER refuse BEFORE INSERT ON location WHEN NEW.username = 'bad' BEGIN SELECT "
             "RAISE(ABORT, 'no'); END");
    Row bad = full_row();
    bad.ruid = "other";
    bad.username = "bad";
    std::vector<RowChange> changes = {{false, full_row()}, {false, bad}};
    CHECK_FALSE(db.store(changes));
    CHECK(db.bindings(now)->empty());
    changes.pop_back();
    CHECK(db.store(changes));
    CHECK(db.bindings(now)->size() == 1);
}

TEST_CASE("rows with times in ISO text, as kamctl's scripts write them, are read too") {
    TemporaryDatabase t;
    auto db = t.created();
    t.sqlite("INSERT INTO location (ruid, username, contact, expires) VALUES ('r', 'u', 'sip:u@h', "
             "'2026-11-23 07:00:00')");
    auto rows = db.bindings(now);
    REQUIRE(rows->size() == 1);
    CHECK((*rows)[0].expires == now + std::chrono::seconds(17 * 60 + 49));
}

TEST_CASE("a file that was replaced is no longer the one that was opened") {
    TemporaryDatabase t;
    auto db = t.created();
    CHECK(db.still_there());
    std::filesystem::rename(t.url.place, t.url.place + ".old");
    CHECK_FALSE(db.still_there());
}
