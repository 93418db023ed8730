// Offer and answer (RFC 3264) between two sides that speak differently: what each side gets to see, and what
// the media engine has to do.
#pragma once

#include "base/random.hpp"
#include "base/result.hpp"
#include "engine/ng/call.hpp"
#include "engine/ng/config.hpp"
#include "engine/ng/options.hpp"

namespace cord::engine::ng {

/// How an offer changes a session, before anything has changed.
struct Layout {
    struct ForSide {
        Facing facing;
        std::size_t interface = 0;
        std::vector<std::size_t> owners; ///< for each section, the one whose transport it uses
    };
    std::array<ForSide, 2> sides;
    /// Where a transport goes: to its side, at the section it is made for.
    struct Slot {
        std::size_t side = 0;
        std::size_t section = 0;
    };
    std::vector<Slot> to_bind; ///< in the order of `needs`
    std::vector<PortNeed> needs;
    std::vector<Slot> shared; ///< on the one port of all browsers
};
[[nodiscard]] Layout lay_out(const Session &session, std::size_t offerer, const sdp::Session &offer,
                             const Options &options, const Config &config);

/// Takes the offer in, and gives the one for the other side. `ports` are those that the layout needs.
[[nodiscard]] sdp::Session take_offer(Session &session, std::size_t offerer, const sdp::Session &offer,
                                      const Layout &layout, const std::vector<BoundPort> &ports,
                                      const Options &options, const Config &config, base::Random &random);

/// Takes the answer in, and gives the one for the offerer. The same answer may come several times.
[[nodiscard]] sdp::Session take_answer(Session &session, const sdp::Session &answer, const Options &options,
                                       const Config &config, base::Random &random);

/// What a peer takes of telephone-event (RFC 4733), as its description and ours agree.
[[nodiscard]] std::vector<sdp::Format> event_formats(const Section &section);

/// The session as the media engine is to have it now.
[[nodiscard]] media::Plan plan(const Session &session);

} // namespace cord::engine::ng
