// The protocols that only carry another, a function each: from their bytes to the layer inside, nothing where
// they make no sense.
#pragma once

#include "engine/trace/layer/layer.hpp"

namespace cord::engine::trace::layer {

[[nodiscard]] Layer inside_ethernet(base::Bytes b);
[[nodiscard]] Layer inside_vlan(base::Bytes b);
[[nodiscard]] Layer inside_sll(base::Bytes b);
[[nodiscard]] Layer inside_sll2(base::Bytes b);
[[nodiscard]] Layer inside_loopback(base::Bytes b);
[[nodiscard]] Layer inside_nflog(base::Bytes b);
[[nodiscard]] Layer inside_ppp(base::Bytes b);
[[nodiscard]] Layer inside_pppoe(base::Bytes b);
[[nodiscard]] Layer inside_cisco_hdlc(base::Bytes b);
[[nodiscard]] Layer inside_mpls(base::Bytes b);
[[nodiscard]] Layer inside_gre(base::Bytes b);
[[nodiscard]] Layer inside_erspan2(base::Bytes b);
[[nodiscard]] Layer inside_erspan3(base::Bytes b);
[[nodiscard]] Layer inside_vxlan(base::Bytes b);
[[nodiscard]] Layer inside_vxlan_gpe(base::Bytes b);
[[nodiscard]] Layer inside_geneve(base::Bytes b);
[[nodiscard]] Layer inside_gtp_u(base::Bytes b);

/// What follows a header of this size; empty when not even the header is there.
[[nodiscard]] inline base::Bytes behind(base::Bytes b, std::size_t header) {
    return header <= b.size() ? b.subspan(header) : base::Bytes{};
}

} // namespace cord::engine::trace::layer
