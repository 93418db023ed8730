#include "io/net/daemon.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/net/fd.hpp"

namespace cord::io::net {
namespace {

std::optional<gid_t> group_number(const std::string &name) {
    if (const group *found = ::getgrnam(name.c_str()))
        return found->gr_gid;
    auto number = base::to_uint(name, UINT32_MAX - 1);
    return number ? std::optional(static_cast<gid_t>(*number)) : std::nullopt;
}

} // namespace

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

base::Result<void, std::string> drop_privileges(const std::string &user, const std::string &group) {
    const passwd *entry = user.empty() ? nullptr : ::getpwnam(user.c_str());
    auto number = base::to_uint(user, UINT32_MAX - 1);
    if (!user.empty() && entry == nullptr && !number)
        return tl::unexpected(fmt::format("there is no user {}", user));
    uid_t uid = entry ? entry->pw_uid : number ? static_cast<uid_t>(*number) : ::geteuid();
    gid_t gid = entry ? entry->pw_gid : ::getegid();
    if (!group.empty()) {
        auto named = group_number(group);
        if (!named)
            return tl::unexpected(fmt::format("there is no group {}", group));
        gid = *named;
    }
    bool groups = entry ? ::initgroups(entry->pw_name, gid) == 0 : ::setgroups(0, nullptr) == 0;
    if (!groups || ::setresgid(gid, gid, gid) != 0 || ::setresuid(uid, uid, uid) != 0)
        return tl::unexpected(fmt::format("cannot become {}:{}: {}", user, group, std::strerror(errno)));
    return {};
}

} // namespace cord::io::net
