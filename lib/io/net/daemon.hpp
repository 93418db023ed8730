// What a daemon owes the system that runs it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cord::io::net {

/// sd_notify(3): "READY=1", "STOPPING=1". Nothing when no service manager listens.
void notify_manager(std::string_view state);

/// Becomes this user and group (names or numbers; an empty group is the user's own) for good, with every
/// thread. Call it once the ports are bound. The error is a whole sentence.
[[nodiscard]] base::Result<void, std::string> drop_privileges(const std::string &user,
                                                              const std::string &group);

} // namespace cord::io::net
