// What a daemon owes the system that runs it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cord::io::net {

/// sd_notify(3): "READY=1", "STOPPING=1". Nothing when no service manager listens.
void notify_manager(std::string_view state);

/// From its first line a daemon keeps SIGHUP waiting, which would end it; once its handler stands, it takes
/// what has come.
void hold_hangups();
void take_hangups();
/// Lets this process have as many descriptors as the system allows it: by habit that is a thousand, of which
/// each connection takes one, unless it asks.
void raise_descriptor_limit();

/// The number of a group by its name, or the number that it is.
[[nodiscard]] std::optional<gid_t> find_group(const std::string &name);

/// Who a daemon becomes once its ports are bound.
struct Account {
    std::string name; ///< Empty: no user of the system's list.
    uid_t user;
    gid_t group;
};

/// User and group by names or numbers; an empty group is the user's own. The error is a whole sentence.
[[nodiscard]] base::Result<Account, std::string> find_account(const std::string &user,
                                                              const std::string &group);
/// For good, with every thread. The error is a whole sentence.
[[nodiscard]] base::Result<void, std::string> drop_privileges(const Account &account);

} // namespace cord::io::net
