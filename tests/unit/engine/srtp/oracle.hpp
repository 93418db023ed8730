// The same as srtp::Context, by libsrtp2.
#pragma once

#include "engine/srtp/context.hpp"

namespace cord::engine::srtp {

class Oracle {
  public:
    Oracle(const MasterKey &key, Direction direction);
    ~Oracle();
    Oracle(const Oracle &) = delete;
    Oracle &operator=(const Oracle &) = delete;

    [[nodiscard]] Fault protect_rtp(Packet &packet);
    [[nodiscard]] Fault protect_rtcp(Packet &packet);
    [[nodiscard]] Fault unprotect_rtp(Packet &packet);
    [[nodiscard]] Fault unprotect_rtcp(Packet &packet);

  private:
    class Session;
    std::unique_ptr<Session> session_;
};

} // namespace cord::engine::srtp
