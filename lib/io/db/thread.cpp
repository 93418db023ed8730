#include "io/db/thread.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/log.hpp"
#include "engine/locate/row.hpp"

namespace cord::io::db {
namespace {

/// A database that cannot be opened is tried again this often, and calls in between fail at once.
constexpr auto retry_interval = std::chrono::seconds(1);
/// Changes for which nobody waits and which could not be written: so many are kept.
constexpr std::size_t owed_limit = 10'000;

struct StoreJob {
    std::vector<engine::locate::Change> changes;
    DatabaseThread::Stored stored;
};
using Job = std::function<void(Database *)>;

} // namespace

struct DatabaseThread::Parts {
    Parts(Url u, Post p) : url(std::move(u)), post(std::move(p)), thread([this] { work(); }) {}

    void work();
    /// The open database, opened again when it was gone; null while it cannot be.
    Database *ready();
    void commit(std::vector<StoreJob> jobs);
    /// Reading works while a full disk keeps us from writing: each has a health of its own.
    struct Health {
        const char *can;
        bool well = true;
        /// Logs a change between well and not.
        void judge(const Failure *failure);
    };
    [[nodiscard]] bool full() const { return stores.size() + jobs.size() >= mailbox_limit; }

    const Url url;
    const Post post;

    std::mutex mutex; ///< Guards the mailbox: the three that follow.
    std::condition_variable wake;
    std::vector<StoreJob> stores;
    std::vector<Job> jobs;
    bool ending = false;

    std::atomic<std::uint64_t> commits{0}, changes{0}, failures{0};

    // Of the thread alone.
    std::optional<Database> database;
    std::chrono::steady_clock::time_point next_try{};
    std::vector<RowChange> owed;
    Health opening{"opened"}, reading{"read"}, writing{"written"};

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
    {
        std::lock_guard lock(parts_->mutex);
        if (!parts_->full()) {
            parts_->stores.push_back({std::move(changes), std::move(stored)});
            stored = nullptr;
        }
    }
    if (stored)
        parts_->post([stored = std::move(stored)] { stored(false); });
    parts_->wake.notify_one();
}

void DatabaseThread::look_user(std::string name, std::string domain, FoundUser found) {
    run([this, name = std::move(name), domain = std::move(domain), found = std::move(found)](Database *db) {
        Result<std::optional<Ha1s>> answer = fail(Trouble::gone, "the database is not there");
        if (db != nullptr) {
            answer = db->ha1s(name, domain);
            parts_->reading.judge(answer ? nullptr : &answer.error());
        }
        parts_->failures += answer ? 0 : 1;
        parts_->post([found, answer = std::move(answer)] { found(answer); });
    });
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
    return {parts_->commits, parts_->changes, parts_->failures};
}

void DatabaseThread::Parts::work() {
    for (bool last = false; !last;) {
        std::vector<StoreJob> my_stores;
        std::vector<Job> my_jobs;
        {
            std::unique_lock lock(mutex);
            wake.wait(lock, [this] { return ending || !stores.empty() || !jobs.empty(); });
            my_stores.swap(stores);
            my_jobs.swap(jobs);
            last = ending;
        }
        if (!my_stores.empty() || (last && !owed.empty()))
            commit(std::move(my_stores));
        for (const Job &job : my_jobs)
            job(ready());
    }
}

Database *DatabaseThread::Parts::ready() {
    if (database && !database->still_there())
        database.reset();
    if (!database && std::chrono::steady_clock::now() >= next_try) {
        auto opened = Database::open(url);
        opening.judge(opened ? nullptr : &opened.error());
        if (opened)
            database.emplace(std::move(*opened));
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
    for (StoreJob &job : batch)
        if (job.stored)
            post([stored = std::move(job.stored), ok = done.has_value()] { stored(ok); });
}

void DatabaseThread::Parts::Health::judge(const Failure *failure) {
    const bool now_well = failure == nullptr;
    if (well && !now_well)
        base::log::error("db", "registrations are refused until the database can be {}: {}", can,
                         failure->text);
    if (!well && now_well)
        base::log::info("db", "the database can be {} again", can);
    well = now_well;
}

} // namespace cord::io::db
