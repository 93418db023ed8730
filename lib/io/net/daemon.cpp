#include "io/net/daemon.hpp"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/net/fd.hpp"

namespace cord::io::net {
void notify_manager(std::string_view state) {
    const char *path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (path == nullptr || std::strlen(path) >= sizeof address.sun_path || (*path != '/' && *path != '@'))
        return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, std::strlen(path));
    if (*path == '@')
        address.sun_path[0] = '\0'; // an abstract name
    Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
    (void)::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr *>(&address), size);
}

static void mask_hangups(int how) {
    sigset_t hangup;
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    ::pthread_sigmask(how, &hangup, nullptr);
}

void hold_hangups() { mask_hangups(SIG_BLOCK); }
void take_hangups() { mask_hangups(SIG_UNBLOCK); }

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

std::optional<gid_t> find_group(const std::string &name) {
    if (const group *found = ::getgrnam(name.c_str()))
        return found->gr_gid;
    auto number = base::to_uint(name, UINT32_MAX - 1);
    return number ? std::optional(static_cast<gid_t>(*number)) : std::nullopt;
}

base::Result<Account, std::string> find_account(const std::string &user, const std::string &group) {
    Account account{{}, ::geteuid(), ::getegid()};
    if (const passwd *entry = user.empty() ? nullptr : ::getpwnam(user.c_str()))
        account = {entry->pw_name, entry->pw_uid, entry->pw_gid};
    else if (auto number = base::to_uint(user, UINT32_MAX - 1))
        account.user = static_cast<uid_t>(*number);
    else if (!user.empty())
        return tl::unexpected(fmt::format("--user: there is no user {}", user));
    if (group.empty())
        return account;
    auto number = find_group(group);
    if (!number)
        return tl::unexpected(fmt::format("--group: there is no group {}", group));
    account.group = *number;
    return account;
}

base::Result<void, std::string> drop_privileges(const Account &to) {
    bool groups =
        to.name.empty() ? ::setgroups(0, nullptr) == 0 : ::initgroups(to.name.c_str(), to.group) == 0;
    if (!groups || ::setresgid(to.group, to.group, to.group) != 0 ||
        ::setresuid(to.user, to.user, to.user) != 0)
        return tl::unexpected(
            fmt::format("cannot become user {} and group {}: {}", to.user, to.group, std::strerror(errno)));
    return {};
}

} // namespace cord::io::net
