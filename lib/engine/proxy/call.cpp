#include "engine/proxy/call.hpp"

#include <algorithm>

namespace cord::engine::proxy {

Dialog *CallBranch::dialog(std::string_view callee_tag) {
    auto found = std::find_if(dialogs.begin(), dialogs.end(),
                              [&](const Dialog &d) { return d.callee.tag == callee_tag; });
    return found == dialogs.end() ? nullptr : &*found;
}

bool CallBranch::has_live_dialog() const {
    return std::any_of(dialogs.begin(), dialogs.end(), [](const Dialog &d) { return d.is_live(); });
}

bool Call::has_live_dialog() const {
    return std::any_of(branches.begin(), branches.end(),
                       [](const CallBranch &b) { return b.has_live_dialog(); });
}

bool Call::is_bridged() const {
    return std::any_of(branches.begin(), branches.end(),
                       [](const CallBranch &b) { return b.bridge.has_value(); });
}

} // namespace cord::engine::proxy
