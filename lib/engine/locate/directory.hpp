// What is known of users beside where they are: names that lead to them, their speed dials, their groups.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace cord::engine::locate {

class Directory {
  public:
    /// `user@domain` leads to the URI; an empty domain means any. Of several the first counts.
    void add_alias(std::string_view user, std::string_view domain, std::string uri);
    /// What a user reaches by a short number. `owner` is an address of record, as aor_key writes it.
    void add_speed_dial(std::string_view owner, std::string_view number, std::string uri);
    /// `aor` is an address of record, as aor_key writes it.
    void add_member(std::string_view aor, std::string_view group);

    /// Null for a name that leads nowhere else.
    [[nodiscard]] const std::string *alias(std::string_view user, std::string_view domain) const;
    [[nodiscard]] const std::string *speed_dial(std::string_view owner, std::string_view number) const;
    [[nodiscard]] bool is_member(std::string_view aor, std::string_view group) const;

  private:
    std::unordered_map<std::string, std::string> aliases_, speed_dials_;
    std::unordered_set<std::string> members_;
};

} // namespace cord::engine::locate
