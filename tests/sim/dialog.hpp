// One side of a dialog (RFC 3261 section 12), as far as the simulated phones need it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wire/sip/builder.hpp"
#include "wire/sip/message.hpp"

namespace cord::sim {

struct Dialog {
    std::string call_id;
    std::string local;  ///< From of our requests, with our tag.
    std::string remote; ///< To of our requests, with the other's tag.
    std::string target; ///< The other's Contact URI.
    std::vector<std::string> routes;
    std::uint32_t cseq = 0;

    /// RFC 3261 section 12.1.2: of the caller, when a 2xx comes.
    [[nodiscard]] static Dialog of_caller(const wire::sip::Message &ok);
    /// RFC 3261 section 12.1.1: of the callee, when it answers. `to` is its To with the tag.
    [[nodiscard]] static Dialog of_callee(const wire::sip::Message &invite, std::string to);

    /// RFC 3261 section 12.2.1.1: a request in the dialog, up to where a body could follow. An ACK has the
    /// CSeq number of its INVITE, all others a new one.
    [[nodiscard]] wire::sip::Builder request(wire::sip::Method method, const std::string &via);
};

} // namespace cord::sim
