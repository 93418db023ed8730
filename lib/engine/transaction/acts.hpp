// What a transaction wants done after an event: a short inline list of values.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "base/result.hpp"

namespace cord::engine::transaction {

enum class Act : std::uint8_t {
    send_request, ///< Client: send the request, for the first time or again.
    send_ack, ///< INVITE client: send the ACK of the final response that came (RFC 3261 section 17.1.1.3).
    send_response, ///< Server: send the latest response, for the first time or again.
    send_trying,   ///< Server: make a 100 (Trying) and respond with it.
    deliver,       ///< Hand the message that came to the transaction user (TU).
    timeout,       ///< Tell the TU that nobody answered.
    failure,       ///< Tell the TU that the transport failed.
    terminated,    ///< The transaction is over: destroy it.
};

class Acts {
  public:
    Acts() = default;
    Acts(std::initializer_list<Act> acts) {
        for (Act act : acts)
            items_[size_++] = act;
    }
    [[nodiscard]] const Act *begin() const { return items_.data(); }
    [[nodiscard]] const Act *end() const { return items_.data() + size_; }
    [[nodiscard]] bool operator==(const Acts &) const = default;

  private:
    std::array<Act, 3> items_{};
    std::uint8_t size_ = 0;
};

} // namespace cord::engine::transaction
