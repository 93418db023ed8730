// The ng protocol as one machine without sockets: commands and what was asked for go in, effects come out.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/media/statistics.hpp"
#include "engine/ng/config.hpp"
#include "engine/ng/effect.hpp"

namespace cord::engine::ng {

/// A session as `sipctl rpc` shows it.
struct SessionInfo {
    media::SessionId id = 0;
    std::string call_id;
    std::string via_branch;
    std::array<std::string, 2> tags; ///< offerer's, answerer's
    std::array<std::string, 2> protocols;
    bool answered = false;
    base::UnixTime created{};
};

struct Counters {
    std::uint64_t messages = 0; ///< All that came.
    std::uint64_t errors = 0;   ///< Of these, what was no message, or was answered with an error.
};

class Core {
  public:
    /// `random` must outlive the core.
    Core(Config config, base::Random &random);
    ~Core();
    Core(Core &&) noexcept;

    /// One whole message: a datagram, a line, a piece that `frame` has cut. One that `open` refuses is
    /// counted. `sender` is the address that a datagram came from, which may repeat it and is then answered
    /// as before; empty where nothing is lost or repeated.
    void receive(ClientId client, std::string_view message, std::string_view sender, base::Now now);
    /// As many as were needed, in their order; nullopt when there are not so many.
    void bound(Token token, std::optional<std::vector<BoundPort>> ports, base::Now now);
    void statistics(Token token, std::vector<std::optional<media::SessionStatistics>> statistics,
                    base::Now now);
    /// The media engine has heard nothing for a while. A session goes, unless it is on hold: then after an
    /// hour.
    void on_silence(media::SessionId session, base::Now now);
    void on_timer(base::Now now);

    [[nodiscard]] base::Time next_deadline() const;
    /// To be acted on after each input, until there are none.
    [[nodiscard]] std::vector<Effect> take_effects();

    /// New calls are refused from now on.
    void drain();
    [[nodiscard]] std::vector<SessionInfo> sessions() const;
    [[nodiscard]] Counters counters() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::engine::ng
