#include "engine/locate/directory.hpp"

#include "engine/locate/table.hpp"

namespace cord::engine::locate {
namespace {

using Names = std::unordered_map<std::string, std::string>;

const std::string *find(const Names &names, const std::string &key) {
    auto found = names.find(key);
    return found == names.end() ? nullptr : &found->second;
}

/// No number holds a line feed.
std::string dial_key(std::string_view owner, std::string_view number) {
    return std::string(owner).append("\n").append(number);
}

} // namespace

void Directory::add_alias(std::string_view user, std::string_view domain, std::string uri) {
    aliases_.emplace(aor_key(user, domain), std::move(uri));
}

void Directory::add_speed_dial(std::string_view owner, std::string_view number, std::string uri) {
    speed_dials_.emplace(dial_key(owner, number), std::move(uri));
}

const std::string *Directory::alias(std::string_view user, std::string_view domain) const {
    if (aliases_.empty())
        return nullptr;
    const std::string *uri = find(aliases_, aor_key(user, domain));
    return uri != nullptr ? uri : find(aliases_, aor_key(user, ""));
}

const std::string *Directory::speed_dial(std::string_view owner, std::string_view number) const {
    return speed_dials_.empty() ? nullptr : find(speed_dials_, dial_key(owner, number));
}

} // namespace cord::engine::locate
