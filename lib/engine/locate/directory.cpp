#include "engine/locate/directory.hpp"

#include "engine/locate/table.hpp"

namespace cord::engine::locate {
namespace {

using Names = std::unordered_map<std::string, std::string>;

const std::string *find(const Names &names, const std::string &key) {
    auto found = names.find(key);
    return found == names.end() ? nullptr : &found->second;
}

/// Neither a number nor a group holds a line feed.
std::string key_of(std::string_view owner, std::string_view word) {
    return std::string(owner).append("\n").append(word);
}

} // namespace

void Directory::add_alias(std::string_view user, std::string_view domain, std::string uri) {
    aliases_.emplace(aor_key(user, domain), std::move(uri));
}

void Directory::add_speed_dial(std::string_view owner, std::string_view number, std::string uri) {
    speed_dials_.emplace(key_of(owner, number), std::move(uri));
}

void Directory::add_member(std::string_view aor, std::string_view group) {
    members_.insert(key_of(aor, group));
}

const std::string *Directory::alias(std::string_view user, std::string_view domain) const {
    if (aliases_.empty())
        return nullptr;
    const std::string *uri = find(aliases_, aor_key(user, domain));
    return uri != nullptr ? uri : find(aliases_, aor_key(user, ""));
}

const std::string *Directory::speed_dial(std::string_view owner, std::string_view number) const {
    return speed_dials_.empty() ? nullptr : find(speed_dials_, key_of(owner, number));
}

bool Directory::is_member(std::string_view aor, std::string_view group) const {
    return members_.count(key_of(aor, group)) != 0;
}

} // namespace cord::engine::locate
