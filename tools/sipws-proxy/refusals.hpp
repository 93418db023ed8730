// Lines on standard error that say why requests were refused: as many as somebody can read, whatever a flood
// brings.
#pragma once

#include <cstddef>

#include "base/time.hpp"
#include "engine/proxy/effect.hpp"

namespace cord::tools::sipws_proxy {

class Refusals {
  public:
    /// Of an event `refused`.
    void tell(const engine::proxy::Event &event, base::Time now);

  private:
    static constexpr std::size_t most = 50; ///< Lines a second.
    base::Time second_ends_{};
    std::size_t lines_ = 0, left_out_ = 0;
};

} // namespace cord::tools::sipws_proxy
