#include "io/db/thread.hpp"

#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "io/db/session.hpp"
#include "unit/io/db/temporary.hpp"

using namespace cord::io::db;
using cord::engine::locate::Binding;
using cord::engine::locate::Change;
using cord::tests::TemporaryDatabase;

namespace {

/// A loop's post, and the turns that a test gives it.
class Turns {
  public:
    DatabaseThread::Post post() {
        return [this](std::function<void()> f) {
            std::lock_guard lock(mutex_);
            work_.push_back(std::move(f));
            wake_.notify_one();
        };
    }
    void one() {
        std::function<void()> f;
        {
            std::unique_lock lock(mutex_);
            REQUIRE(wake_.wait_for(lock, std::chrono::seconds(20), [this] { return !work_.empty(); }));
            f = std::move(work_.front());
            work_.pop_front();
        }
        f();
    }

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> work_;
};

Change change(const std::string &ruid, bool removed = false) {
    Binding b;
    b.ruid = ruid;
    b.user = "alice";
    b.domain = "example.com";
    b.contact = "sip:alice@192.0.2.1";
    b.expires = cord::base::UnixTime(std::chrono::seconds(4'000'000'000));
    return {removed, b};
}

/// Stores and waits for the answer.
bool stored(DatabaseThread &db, Turns &turns, std::vector<Change> changes) {
    std::optional<bool> answer;
    db.store(std::move(changes), [&](bool ok) { answer = ok; });
    while (!answer)
        turns.one();
    return *answer;
}

struct Quiet {
    Quiet() { cord::base::log::set_level(cord::base::log::Level::error); }
    ~Quiet() { cord::base::log::set_level(cord::base::log::Level::info); }
};

/// What is logged while it stands.
class Words {
  public:
    Words() { ::dup2(::fileno(file_.get()), STDERR_FILENO); }
    ~Words() {
        ::dup2(before_, STDERR_FILENO);
        ::close(before_);
    }
    std::string text() {
        std::string out;
        std::rewind(file_.get());
        for (int c; (c = std::fgetc(file_.get())) != EOF;)
            out += static_cast<char>(c);
        return out;
    }

  private:
    std::unique_ptr<std::FILE, int (*)(std::FILE *)> file_{std::tmpfile(), std::fclose};
    int before_ = ::dup(STDERR_FILENO);
};

} // namespace

TEST_CASE("registrations that come together are committed together") {
    TemporaryDatabase t;
    t.created();
    Turns turns;
    DatabaseThread db(t.url, turns.post());
    constexpr int many = 500;
    int good = 0;
    for (int i = 0; i < many; ++i)
        db.store({change("r" + std::to_string(i))}, [&](bool ok) { good += ok; });
    while (good < many)
        turns.one();
    CHECK(db.counts().changes == many);
    CHECK(db.counts().commits < many / 4);
    CHECK(t.sqlite("SELECT count(*) FROM location") == "500\n");
}

TEST_CASE("users are looked up, and jobs see the open database") {
    TemporaryDatabase t;
    REQUIRE(*t.created().add_user({"alice", "example.com"}, "secret"));
    Turns turns;
    DatabaseThread db(t.url, turns.post());
    std::string md5;
    bool unknown = false;
    db.look_user("alice", "example.com", [&](auto found, auto) { md5 = (*found)->md5; });
    db.look_user("bob", "example.com", [&](auto found, auto) { unknown = !*found; });
    while (!unknown)
        turns.one();
    CHECK(md5 == ha1s_of("alice", "example.com", "secret").md5);
    std::size_t users = 0;
    db.run([&](Database *open) {
        REQUIRE(open);
        users = open->users("", {})->size();
        turns.post()([] {});
    });
    turns.one();
    CHECK(users == 1);
}

TEST_CASE("what another program changes is another version, what is stored here is not") {
    TemporaryDatabase t;
    auto other = t.created();
    REQUIRE(*other.add_user({"alice", "example.com"}, "secret"));
    Turns turns;
    DatabaseThread db(t.url, turns.post());
    auto version = [&] {
        std::optional<std::uint64_t> at;
        db.look_user("alice", "example.com", [&](auto, auto v) { at = v; });
        while (!at)
            turns.one();
        return *at;
    };
    const std::uint64_t first = version();
    CHECK(stored(db, turns, {change("r1")}));
    CHECK(version() == first);
    REQUIRE(*other.set_password("alice", "example.com", "another"));
    CHECK(version() != first);
}

TEST_CASE("without a database each call fails, and works again once it is there") {
    Quiet quiet;
    TemporaryDatabase t;
    Turns turns;
    DatabaseThread db(t.url, turns.post());
    CHECK_FALSE(stored(db, turns, {change("a")}));
    bool failed = false;
    db.look_user("alice", "example.com", [&](auto found, auto) { failed = !found; });
    turns.one();
    CHECK(failed);
    db.store({change("owed")}, nullptr); // nobody waits: it is written later

    REQUIRE(Database::create(t.url, false));
    bool ok = false;
    for (int i = 0; i < 40 && !ok; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        ok = stored(db, turns, {change("b")});
    }
    CHECK(ok);
    CHECK(t.sqlite("SELECT ruid FROM location ORDER BY ruid") == "b\nowed\n");

    // Writes to a deleted file would go nowhere.
    std::filesystem::remove(t.url.place);
    CHECK_FALSE(stored(db, turns, {change("c")}));
}

TEST_CASE("a database that is read does not pass for one that can be written") {
    TemporaryDatabase t;
    REQUIRE(*t.created().add_user({"alice", "example.com"}, "secret"));
    Turns turns;
    Words words;
    DatabaseThread db(t.url, turns.post());
    auto other = Session::open(t.url);
    REQUIRE(other);
    (void)(*other)->transaction(
        [&]() -> Result<std::monostate> { // as a full disk would, it leaves reading alone
            CHECK_FALSE(stored(db, turns, {change("a")}));
            bool found = false;
            db.look_user("alice", "example.com", [&](auto user, auto) { found = user && *user; });
            turns.one();
            CHECK(found);
            return std::monostate();
        });
    CHECK(words.text().find("until the database can be written") != std::string::npos);
    CHECK(words.text().find("again") == std::string::npos);
    CHECK(stored(db, turns, {change("a")}));
    CHECK(words.text().find("the database can be written again") != std::string::npos);
}

TEST_CASE("what was asked for before the end is done") {
    TemporaryDatabase t;
    t.created();
    Turns turns;
    {
        DatabaseThread db(t.url, turns.post());
        db.store({change("a")}, nullptr);
        db.store({change("b")}, nullptr);
    }
    CHECK(t.sqlite("SELECT count(*) FROM location") == "2\n");
}

TEST_CASE("what nobody waits for is written together within a second, of each row the last") {
    TemporaryDatabase t;
    t.created();
    Turns turns;
    DatabaseThread db(t.url, turns.post());
    CHECK(stored(db, turns, {change("first")}));
    for (int i = 0; i < 100; ++i)
        db.store({change("r" + std::to_string(i % 10))}, nullptr);
    db.store({change("r0", true)}, nullptr);
    while (db.counts().commits < 2)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(db.counts().commits == 2);
    CHECK(db.counts().changes == 11);
    CHECK(t.sqlite("SELECT count(*) FROM location") == "10\n");
}

TEST_CASE("what somebody waits for takes along what came before it") {
    TemporaryDatabase t;
    t.created();
    Turns turns;
    DatabaseThread db(t.url, turns.post());
    CHECK(stored(db, turns, {change("a")}));
    db.store({change("a", true)}, nullptr);
    CHECK(stored(db, turns, {change("b")}));
    CHECK(t.sqlite("SELECT ruid FROM location") == "b\n");
}

TEST_CASE("a full mailbox answers at once") {
    Quiet quiet;
    TemporaryDatabase t;
    t.created();
    Turns turns;
    std::mutex gate;
    gate.lock();
    int good = 0, bad = 0;
    {
        DatabaseThread db(t.url, turns.post());
        db.run([&](Database *) { std::lock_guard wait(gate); });
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const auto count = DatabaseThread::mailbox_limit + 10;
        for (std::size_t i = 0; i < count; ++i)
            db.store({}, [&](bool ok) { ++(ok ? good : bad); });
        gate.unlock();
        while (good + bad < static_cast<int>(count))
            turns.one();
    }
    CHECK(bad == 10);
    CHECK(good == static_cast<int>(DatabaseThread::mailbox_limit));
}

TEST_CASE("accounting is written behind, once a second") {
    TemporaryDatabase t;
    t.created();
    Turns turns;
    const cord::base::UnixTime at{std::chrono::seconds(1'795'416'131)};
    {
        DatabaseThread db(t.url, turns.post());
        const std::string method(20, 'M');
        db.account({false, "INVITE", "ft", "tt", "o'hara@host", "200", "OK", at});
        db.account({true, method, "", "", std::string(300, 'c'), "486", std::string(200, 'r'), at});
        while (db.counts().accounts < 1)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        for (int i = 0; i < 100; ++i)
            db.account({false, "BYE", "ft", "tt", "c", "200", "OK", at});
        // Those that are left are written at the end.
    }
    CHECK(t.sqlite("SELECT method, from_tag, to_tag, callid, sip_code, sip_reason, datetime(time) FROM acc "
                   "LIMIT 1") == "INVITE|ft|tt|o'hara@host|200|OK|2026-11-23 06:42:10\n");
    CHECK(t.sqlite("SELECT count(*), typeof(time) FROM acc") == "101|real\n");
    CHECK(t.sqlite("SELECT length(method), length(callid), sip_code, length(sip_reason) FROM missed_calls") ==
          "16|255|486|128\n");
}

TEST_CASE("accounting outlasts a database that is away") {
    Quiet quiet;
    TemporaryDatabase t;
    Turns turns;
    DatabaseThread db(t.url, turns.post());
    for (int i = 0; i < 10'050; ++i)
        db.account({false, "BYE", "ft", "tt", "c", "200", "OK", {}});
    while (db.counts().failures == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(db.counts().accounts_lost >= 50);
    t.created();
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (db.counts().accounts == 0 && std::chrono::steady_clock::now() < patience)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(db.counts().accounts + db.counts().accounts_lost == 10'050);
}
