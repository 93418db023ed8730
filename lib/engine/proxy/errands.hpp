// Our own requests to trunks: OPTIONS that ask whether one is there (RFC 3261 section 11), and our
// registration with it (section 10).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "engine/proxy/dial_plan.hpp"
#include "engine/proxy/next_hop.hpp"
#include "engine/transaction/layer.hpp"

namespace cord::engine::proxy {

struct State;

/// One that comes again and again.
struct Errand {
    enum class Kind { probe, registration };
    Kind kind;
    std::string trunk;
    std::string call_id, tag; ///< The same each time (RFC 3261 section 10.2).
    std::uint32_t cseq = 0;
    std::uint32_t expires = 3600; ///< What a registration asks for.
    base::Time due{};             ///< When it begins next.
    bool under_way = false;
    std::vector<NextHop> hops; ///< While it is: where it went, and what is left.
    bool challenged = false;   ///< It was sent again with credentials.
    bool renamed = false;      ///< It was sent again with another Expires.
    std::optional<bool> well;  ///< How it ended last.
    std::string reason;        ///< Why not well.

    [[nodiscard]] std::string_view method() const { return kind == Kind::probe ? "OPTIONS" : "REGISTER"; }
};

struct Errands {
    std::map<std::uint64_t, Errand> all;
    std::map<transaction::Id, std::uint64_t> by_client;
    std::map<std::string, bool, std::less<>> up;                     ///< As told last, by trunk.
    std::map<std::string, std::vector<NextHop>, std::less<>> places; ///< Where trunks were found last.

    /// One that nothing is known of may be there.
    [[nodiscard]] bool is_down(std::string_view trunk) const;
    /// Whether that is where a trunk is; a stream that it opened comes from any port.
    [[nodiscard]] bool found_at(const transaction::Flow &flow) const;
};

/// Begins what the plan in force wants and `former` did not, and forgets what it does not want any more.
void plan_errands(State &s, const DialPlan *former);
/// Its time has come.
void begin_errand(State &s, std::uint64_t id);
void on_errand_hops(State &s, std::uint64_t id, std::vector<NextHop> hops);
/// What its transaction put out; false when it is none of an errand.
[[nodiscard]] bool on_errand_output(State &s, transaction::Id client, const transaction::Output &output);

} // namespace cord::engine::proxy
