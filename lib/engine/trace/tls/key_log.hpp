// The secrets of TLS sessions as programs log them (SSLKEYLOGFILE, draft-ietf-tls-keylogfile) and as capture
// files carry them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"

namespace cord::engine::trace::tls {

using Random = std::array<std::uint8_t, 32>;

class KeyLog {
  public:
    /// Adds the lines of a log; those that are none are passed over. Of a secret that is told twice, the
    /// later line holds.
    void add(std::string_view lines);
    /// "CLIENT_RANDOM" (the master secret of TLS 1.2), "CLIENT_TRAFFIC_SECRET_0", …, of the session with this
    /// client random; empty when it was not told. Valid until the next `add`.
    [[nodiscard]] base::Bytes find(std::string_view label, const Random &client_random) const;
    [[nodiscard]] bool knows(const Random &client_random) const;
    [[nodiscard]] bool empty() const { return secrets_.empty(); }

  private:
    void add_line(std::string_view line);

    std::map<std::pair<Random, std::string>, std::string> secrets_;
};

} // namespace cord::engine::trace::tls
