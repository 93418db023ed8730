// Where numbers lead that are no user's: the trunks, which are servers beyond, and rules by prefix.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/resolve/next_hops.hpp"

namespace cord::engine::proxy {

struct Trunk {
    std::string name;
    std::string scheme = "sip"; ///< Of its URI,
    std::string server;         ///< and what follows the user there: "sbc.example.com:5070;transport=tcp".
    std::string host;           ///< Of that, the domain of its own users.
    resolve::Destination place;
    std::string username, password; ///< What answers its challenges; empty: they cannot be answered.
    bool registers = false;         ///< We are registered with it as `username`.
    base::Duration probe{};         ///< Between two OPTIONS; zero: none.

    bool operator==(const Trunk &) const = default;
    /// The URI of a user there; without a user that of the server.
    [[nodiscard]] std::string uri(std::string_view user = {}) const;
};

struct Rule {
    std::string prefix; ///< Empty: every number.
    std::string trunk;
    std::size_t strip = 0; ///< As many characters are taken off the number's begin,
    std::string prepend;   ///< and these put there.
    int priority = 0;      ///< The lowest is tried first.
    unsigned weight = 1;   ///< Its share of the calls among those of the same priority.
    std::string group;     ///< Whose members alone may use it; empty: every user.
};

/// Does not change; another takes its place.
class DialPlan {
  public:
    DialPlan(std::vector<Trunk> trunks, std::vector<Rule> rules);

    [[nodiscard]] const std::vector<Trunk> &trunks() const { return trunks_; }
    /// Null for a name that none has.
    [[nodiscard]] const Trunk *trunk(std::string_view name) const;
    /// Those of the longest prefix that the number has, by priority. None: the number leads nowhere.
    [[nodiscard]] const std::vector<Rule> &rules_for(std::string_view number) const;

  private:
    std::vector<Trunk> trunks_;
    std::map<std::string, std::vector<Rule>, std::less<>> rules_; ///< By prefix.
    std::size_t longest_ = 0;                                     ///< Of the prefixes.
};

/// In the order to try them: by priority, and in each by lot, where a weight of 2 wins twice as often as one
/// of 1.
[[nodiscard]] std::vector<Rule> in_order(std::vector<Rule> rules, base::Random &random);

/// The number that a user part means, as rules compare it: unescaped, without parameters and, where it is
/// digits, without visual separators (RFC 3966). Empty for a name that is none, which leads nowhere: what we
/// compare must be what the trunk reads.
[[nodiscard]] std::string dialled_number(std::string_view user);

/// The number as the rule sends it on, and as a URI has it.
[[nodiscard]] std::string number_for(const Rule &rule, std::string_view number);

} // namespace cord::engine::proxy
