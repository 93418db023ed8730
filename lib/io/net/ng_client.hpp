// A client of one breaker (rtc-breaker or rtpengine) by the ng protocol: cookies, retransmission, time
// limits, pings.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "io/net/loop.hpp"
#include "io/net/ng_connection.hpp"

namespace cord::io::net {

class NgClient {
  public:
    /// The reply's dictionary without cookie, or nullopt when none came in time or the breaker cannot be
    /// reached.
    using Answer = std::function<void(std::optional<std::string_view> dictionary)>;

    NgClient(Loop &loop, base::Random &random, NgEndpoint endpoint);
    ~NgClient();
    NgClient(NgClient &&) noexcept;

    /// Sends a bencoded dictionary. `answer` is called once, never from within this call; empty: nobody
    /// waits.
    void ask(std::string dictionary, Answer answer);
    /// Whether the last ping or request was answered. Told at each change; the first is after the first ping.
    void on_state(std::function<void(bool up)> call);
    [[nodiscard]] bool up() const;
    [[nodiscard]] const NgEndpoint &endpoint() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace cord::io::net
