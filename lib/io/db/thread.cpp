#include "io/db/thread.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "base/log.hpp"
#include "engine/locate/row.hpp"

namespace cord::io::db {
namespace {

/// A database that cannot be opened is tried again this often, and calls in between fail at once.
constexpr auto retry_interval = std::chrono::seconds(1);
/// Changes for which nobody waits and which could not be written: so many are kept, and as many of
/// accounting.
constexpr std::size_t owed_limit = 10'000;
/// What nobody waits for is written this often, or with what somebody waits for, or when so much has come.
constexpr auto lazy_interval = std::chrono::seconds(1);
constexpr std::size_t lazy_limit = 4096;

struct StoreJob {
    std::vector<engine::locate::Change> changes;
    DatabaseThread::Stored stored;
};
struct LookJob {
    std::string name, domain;
    DatabaseThread::FoundUser found;
};
using Job = std::function<void(Database *)>;
/// What is to be told on the caller's loop: all of a round at once, so that the loop wakes once for it.
using Completions = std::vector<std::function<void()>>;

/// Of a row that was changed several times only the last is to be written. In the order of the index by which
/// they are found.
void keep_newest(std::vector<RowChange> &rows) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const RowChange &a, const RowChange &b) { return a.row.ruid < b.row.ruid; });
    auto same = [](const RowChange &a, const RowChange &b) { return a.row.ruid == b.row.ruid; };
    rows.erase(rows.begin(), std::unique(rows.rbegin(), rows.rend(), same).base());
}

} // namespace

struct DatabaseThread::Parts {
    Parts(Url u, Post p) : url(std::move(u)), post(std::move(p)), thread([this] { work(); }) {}

    void work();
    /// The open database, opened again when it was gone; null while it cannot be.
    Database *ready();
    void commit(std::vector<StoreJob> jobs);
    void look(std::vector<LookJob> jobs);
    [[nodiscard]] std::uint64_t version();
    void tell(Completions completions);
    void commit_accounts(std::vector<AccountRow> rows);
    /// Until there is work that cannot wait, or the turn of what can has come.
    void wait(std::unique_lock<std::mutex> &lock);
    [[nodiscard]] bool has_work() const {
        return ending || attended || stores.size() >= lazy_limit || !looks.empty() || !jobs.empty();
    }
    [[nodiscard]] bool has_lazy_work() const { return !stores.empty() || !accounts.empty(); }
    /// Reading works while a full disk keeps us from writing: each has a health of its own.
    struct Health {
        const char *what, *can;
        bool well = true;
        /// Logs a change between well and not.
        void judge(const Failure *failure);
    };
    [[nodiscard]] bool full() const { return stores.size() + looks.size() + jobs.size() >= mailbox_limit; }

    const Url url;
    const Post post;

    std::mutex mutex; ///< Guards the mailbox: the six that follow.
    std::condition_variable wake;
    std::vector<StoreJob>
        stores;            ///< In the order they came, so that the last change of a row is written last.
    bool attended = false; ///< Somebody waits for one of them.
    std::vector<LookJob> looks;
    std::vector<Job> jobs;
    std::deque<AccountRow> accounts;
    bool ending = false;

    std::atomic<std::uint64_t> commits{0}, changes{0}, failures{0}, accounted{0}, accounts_lost{0};

    // Of the thread alone.
    std::optional<Database> database;
    std::uint64_t openings = 0;
    std::chrono::steady_clock::time_point next_try{};
    std::vector<RowChange> owed;
    Health opening{"registrations are refused", "opened"}, reading{"registrations are refused", "read"},
        writing{"registrations are refused", "written"}, accounting{"accounting waits", "written"};
    std::chrono::steady_clock::time_point next_lazy{};

    std::thread thread; ///< Last, so that it starts when all else is there.
};

DatabaseThread::DatabaseThread(Url url, Post post)
    : parts_(std::make_unique<Parts>(std::move(url), std::move(post))) {}

DatabaseThread::~DatabaseThread() {
    {
        std::lock_guard lock(parts_->mutex);
        parts_->ending = true;
    }
    parts_->wake.notify_one();
    parts_->thread.join();
}

void DatabaseThread::store(std::vector<engine::locate::Change> changes, Stored stored) {
    bool wake = false;
    {
        std::lock_guard lock(parts_->mutex);
        if (!stored || !parts_->full()) {
            const bool lazy = parts_->has_lazy_work();
            parts_->attended |= stored != nullptr;
            parts_->stores.push_back({std::move(changes), std::move(stored)});
            stored = nullptr;
            wake = parts_->has_work() || !lazy; // if only for a timed wait to begin
        }
    }
    if (stored)
        parts_->post([stored = std::move(stored)] { stored(false); });
    if (wake)
        parts_->wake.notify_one();
}

void DatabaseThread::account(AccountRow row) {
    std::lock_guard lock(parts_->mutex);
    if (parts_->accounts.size() >= owed_limit) {
        parts_->accounts.pop_front();
        ++parts_->accounts_lost;
    }
    parts_->accounts.push_back(std::move(row));
    if (parts_->accounts.size() == 1)
        parts_->wake.notify_one(); // a timed wait begins
}

void DatabaseThread::look_user(std::string name, std::string domain, FoundUser found) {
    {
        std::lock_guard lock(parts_->mutex);
        if (!parts_->full()) {
            parts_->looks.push_back({std::move(name), std::move(domain), std::move(found)});
            found = nullptr;
        }
    }
    if (found)
        parts_->post([found = std::move(found)] { found(fail(Trouble::locked, "too much is asked"), 0); });
    parts_->wake.notify_one();
}

void DatabaseThread::run(Job job) {
    bool taken = false;
    {
        std::lock_guard lock(parts_->mutex);
        taken = !parts_->full();
        if (taken)
            parts_->jobs.push_back(std::move(job));
    }
    if (taken)
        parts_->wake.notify_one();
    else
        job(nullptr);
}

DatabaseThread::Counts DatabaseThread::counts() const {
    return {parts_->commits, parts_->changes, parts_->failures, parts_->accounted, parts_->accounts_lost};
}

void DatabaseThread::Parts::work() {
    for (bool last = false; !last;) {
        std::vector<StoreJob> my_stores;
        std::vector<LookJob> my_looks;
        std::vector<Job> my_jobs;
        std::vector<AccountRow> my_accounts;
        {
            std::unique_lock lock(mutex);
            wait(lock);
            my_looks.swap(looks);
            my_jobs.swap(jobs);
            last = ending;
            const bool lazy_turn = last || std::chrono::steady_clock::now() >= next_lazy;
            if (lazy_turn || attended || stores.size() >= lazy_limit) {
                my_stores.swap(stores);
                attended = false;
            }
            if (lazy_turn) {
                next_lazy = std::chrono::steady_clock::now() + lazy_interval;
                my_accounts.assign(std::make_move_iterator(accounts.begin()),
                                   std::make_move_iterator(accounts.end()));
                accounts.clear();
            }
        }
        // Questions first: they need not wait for the disk.
        if (!my_looks.empty())
            look(std::move(my_looks));
        if (!my_stores.empty() || (last && !owed.empty()))
            commit(std::move(my_stores));
        for (const Job &job : my_jobs)
            job(ready());
        if (!my_accounts.empty())
            commit_accounts(std::move(my_accounts));
    }
}

void DatabaseThread::Parts::wait(std::unique_lock<std::mutex> &lock) {
    while (!has_work()) {
        if (!has_lazy_work())
            wake.wait(lock);
        else if (wake.wait_until(lock, next_lazy) == std::cv_status::timeout)
            return;
    }
}

void DatabaseThread::Parts::commit_accounts(std::vector<AccountRow> rows) {
    Database *db = ready();
    auto done = db != nullptr ? db->account(rows) : fail(Trouble::gone, "the database is not there");
    if (db != nullptr)
        accounting.judge(done ? nullptr : &done.error());
    if (done) {
        accounted += rows.size();
        return;
    }
    ++failures;
    if (done.error().trouble == Trouble::gone)
        database.reset();
    std::lock_guard lock(mutex);
    accounts.insert(accounts.begin(), std::make_move_iterator(rows.begin()),
                    std::make_move_iterator(rows.end()));
    while (accounts.size() > owed_limit) {
        accounts.pop_front();
        ++accounts_lost;
    }
}

void DatabaseThread::Parts::tell(Completions completions) {
    if (!completions.empty())
        post([completions = std::move(completions)] {
            for (const auto &complete : completions)
                complete();
        });
}

void DatabaseThread::Parts::look(std::vector<LookJob> batch) {
    Completions completions;
    auto answer = [&](LookJob &job, Result<std::optional<Ha1s>> ha1s, std::uint64_t version) {
        failures += ha1s ? 0 : 1;
        completions.push_back(
            [found = std::move(job.found), ha1s = std::move(ha1s), version] { found(ha1s, version); });
    };
    Database *db = ready();
    const std::uint64_t at = version();
    std::size_t done = 0;
    Result<std::monostate> read = fail(Trouble::gone, "the database is not there");
    if (db != nullptr)
        read = db->snapshot([&]() -> Result<std::monostate> {
            for (; done < batch.size(); ++done) {
                auto ha1s = db->ha1s(batch[done].name, batch[done].domain);
                if (!ha1s)
                    return tl::unexpected(ha1s.error());
                answer(batch[done], std::move(ha1s), at);
            }
            return std::monostate();
        });
    if (db != nullptr)
        reading.judge(read ? nullptr : &read.error());
    for (; done < batch.size(); ++done)
        answer(batch[done], tl::unexpected(read.error()), 0);
    tell(std::move(completions));
}

std::uint64_t DatabaseThread::Parts::version() {
    auto changes_by_others = database ? database->changes_by_others() : Result<std::int64_t>(0);
    return openings << 32 | static_cast<std::uint32_t>(changes_by_others.value_or(0));
}

Database *DatabaseThread::Parts::ready() {
    if (database && !database->still_there())
        database.reset();
    if (!database && std::chrono::steady_clock::now() >= next_try) {
        auto opened = Database::open(url);
        opening.judge(opened ? nullptr : &opened.error());
        if (opened) {
            database.emplace(std::move(*opened));
            ++openings;
        }
        next_try = std::chrono::steady_clock::now() + retry_interval;
    }
    return database ? &*database : nullptr;
}

void DatabaseThread::Parts::commit(std::vector<StoreJob> batch) {
    std::vector<RowChange> rows = std::move(owed);
    owed.clear();
    std::vector<RowChange> unattended = rows;
    for (const StoreJob &job : batch)
        for (const engine::locate::Change &change : job.changes) {
            rows.push_back({change.removed, engine::locate::to_row(change.binding)});
            if (!job.stored)
                unattended.push_back(rows.back());
        }
    keep_newest(rows);

    Database *db = ready();
    Result<std::monostate> done = fail(Trouble::gone, "the database is not there");
    if (db != nullptr) {
        done = db->store(rows);
        writing.judge(done ? nullptr : &done.error());
    }
    if (done) {
        ++commits;
        changes += rows.size();
    } else {
        ++failures;
        if (done.error().trouble == Trouble::gone)
            database.reset();
        if (unattended.size() > owed_limit)
            unattended.erase(unattended.begin(), unattended.end() - owed_limit);
        owed = std::move(unattended);
    }
    Completions completions;
    for (StoreJob &job : batch)
        if (job.stored)
            completions.push_back([stored = std::move(job.stored), ok = done.has_value()] { stored(ok); });
    tell(std::move(completions));
}

void DatabaseThread::Parts::Health::judge(const Failure *failure) {
    const bool now_well = failure == nullptr;
    if (well && !now_well)
        base::log::error("db", "{} until the database can be {}: {}", what, can, failure->text);
    if (!well && now_well)
        base::log::info("db", "the database can be {} again", can);
    well = now_well;
}

} // namespace cord::io::db
