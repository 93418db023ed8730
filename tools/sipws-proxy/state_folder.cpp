#include "state_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/paths.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using io::cli::Exit;
using io::net::Fd;

constexpr std::uint64_t worth_a_rewrite = 1 << 20;

Fd open_file(const std::string &path, int flags) {
    return Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600));
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool read_all(int fd, std::string &out) {
    char buffer[65536];
    for (;;) {
        ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        out.append(buffer, static_cast<std::size_t>(n));
    }
}

bool open_to_others(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

} // namespace

Checked<StateFolder> StateFolder::open(const std::string &folder) {
    const auto refuse = [&](int code, std::string_view why) {
        return tl::unexpected(Refusal{code, fmt::format("--state {}: {}", folder, why)});
    };
    const auto fail = [&] {
        return refuse(errno == EACCES || errno == EPERM ? Exit::not_permitted : Exit::cannot_create,
                      std::strerror(errno));
    };
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return fail();
    StateFolder state;
    state.path_ = io::cli::in_directory(folder, "calls");
    state.lock_ = open_file(io::cli::in_directory(folder, "secret"), 0);
    if (!state.lock_)
        return fail();
    if (open_to_others(state.lock_.get()))
        return refuse(Exit::not_permitted, "group or others can read the secret in it");
    if (::flock(state.lock_.get(), LOCK_EX | LOCK_NB) != 0)
        return refuse(Exit::cannot_create, "another proxy uses it");
    if (!read_all(state.lock_.get(), state.secret_))
        return fail();
    if (state.secret_.size() < 32) {
        crypto::SystemRandom random;
        state.secret_ = random.token(32);
        if (::ftruncate(state.lock_.get(), 0) != 0 ||
            ::pwrite(state.lock_.get(), state.secret_.data(), state.secret_.size(), 0) !=
                static_cast<ssize_t>(state.secret_.size()))
            return fail();
    }
    state.file_ = open_file(state.path_, O_APPEND);
    if (!state.file_ || !read_all(state.file_.get(), state.records_))
        return fail();
    state.size_ = state.size_at_first_ = state.records_.size();
    return state;
}

/// Logs a change between well and not.
void StateFolder::judge(bool written) {
    if (!written && !failing_)
        base::log::error("proxy", "{}: {}: calls would not outlive a restart", path_, std::strerror(errno));
    if (written && failing_)
        base::log::info("proxy", "{} can be written again", path_);
    failing_ = !written;
}

void StateFolder::append(std::string_view records) {
    if (failing_)
        return; // until it is written anew
    const bool written = write_all(file_.get(), records);
    judge(written);
    // Half a record would make what comes behind it unreadable.
    if (written)
        size_ += records.size();
    else if (::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0)
        base::log::error("proxy", "{}: {}", path_, std::strerror(errno));
}

bool StateFolder::wants_rewrite(base::Time now) const {
    return failing_ ? now >= next_try_ : (size_ > worth_a_rewrite && size_ > 4 * size_at_first_);
}

void StateFolder::rewrite(std::string_view records, base::Time now) {
    next_try_ = now + std::chrono::seconds(1);
    const std::string next = path_ + ".new";
    Fd file = open_file(next, O_TRUNC | O_APPEND);
    const bool written = file && write_all(file.get(), records) && ::rename(next.c_str(), path_.c_str()) == 0;
    judge(written);
    if (!written)
        return;
    file_ = std::move(file);
    size_ = size_at_first_ = records.size();
}

} // namespace cord::tools::sipws_proxy
