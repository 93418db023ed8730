#include "engine/proxy/dial_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "wire/sip/uri.hpp"

namespace cord::engine::proxy {
namespace {

bool is_digit(char c) { return base::is_digit(c) || c == '+' || c == '*' || c == '#'; }
/// RFC 3966 section 3: visual-separator = "-" / "." / "(" / ")"
bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }
bool is_plain(char c) { return is_digit(c) || base::is_alpha(c) || c == '-' || c == '.' || c == '_'; }

bool all(std::string_view text, bool (*fits)(char)) { return std::all_of(text.begin(), text.end(), fits); }

/// One of the rules from `first` to `last`, by lot.
std::vector<Rule>::iterator draw(std::vector<Rule>::iterator first, std::vector<Rule>::iterator last,
                                 base::Random &random) {
    std::uint64_t sum = 0;
    for (auto rule = first; rule != last; ++rule)
        sum += rule->weight;
    std::uint64_t ticket = sum == 0 ? 0 : random.below(sum);
    for (auto rule = first; rule != last; ++rule) {
        if (ticket < rule->weight)
            return rule;
        ticket -= rule->weight;
    }
    return first; // all weights are 0
}

} // namespace

std::string Trunk::uri(std::string_view user) const {
    return fmt::format("{}:{}{}{}", scheme, user, user.empty() ? "" : "@", server);
}

DialPlan::DialPlan(std::vector<Trunk> trunks, std::vector<Rule> rules) : trunks_(std::move(trunks)) {
    for (Rule &rule : rules) {
        // One whose trunk is not there, or cannot be read, leads nowhere.
        if (trunk(rule.trunk) == nullptr)
            continue;
        longest_ = std::max(longest_, rule.prefix.size());
        rules_[rule.prefix].push_back(std::move(rule));
    }
    for (auto &[prefix, same] : rules_)
        std::stable_sort(same.begin(), same.end(),
                         [](const Rule &a, const Rule &b) { return a.priority < b.priority; });
}

const Trunk *DialPlan::trunk(std::string_view name) const {
    auto found = std::find_if(trunks_.begin(), trunks_.end(), [&](const Trunk &t) { return t.name == name; });
    return found == trunks_.end() ? nullptr : &*found;
}

const std::vector<Rule> &DialPlan::rules_for(std::string_view number) const {
    static const std::vector<Rule> none;
    if (number.empty())
        return none;
    for (std::size_t size = std::min(longest_, number.size()) + 1; size-- > 0;)
        if (auto found = rules_.find(number.substr(0, size)); found != rules_.end())
            return found->second;
    return none;
}

std::vector<Rule> in_order(std::vector<Rule> rules, base::Random &random) {
    for (auto first = rules.begin(); first != rules.end(); ++first) {
        auto last = std::find_if(first, rules.end(),
                                 [&](const Rule &rule) { return rule.priority != first->priority; });
        std::iter_swap(first, draw(first, last, random));
    }
    return rules;
}

std::string dialled_number(std::string_view user) {
    std::string number = wire::sip::unescape(base::cut(user, ';').first);
    auto digit_or_separator = [](char c) { return is_digit(c) || is_separator(c); };
    if (all(number, digit_or_separator))
        std::erase_if(number, is_separator);
    return all(number, is_plain) ? number : std::string();
}

std::string number_for(const Rule &rule, std::string_view number) {
    std::string whole = rule.prepend;
    whole += number.substr(std::min(rule.strip, number.size()));
    std::string out;
    // RFC 3261 section 25.1: a user part has no "#" but escaped.
    for (char c : whole)
        c == '#' ? out += "%23" : out += c;
    return out;
}

} // namespace cord::engine::proxy
