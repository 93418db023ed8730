#include "engine/trace/layer/carriers.hpp"

namespace cord::engine::trace::layer {

// RFC 8926 section 3.4: "Opt Len (6 bits): The length of the option fields, expressed in 4-byte multiples,
// not including the 8-byte fixed tunnel header." The EtherType of what follows stands behind it.
Layer inside_geneve(base::Bytes b) {
    if (b.size() < 8)
        return {};
    const std::size_t options = (b[0] & 0x3FU) * 4U;
    return of_ether_type(base::load16(&b[2]), behind(b, 8 + options));
}

} // namespace cord::engine::trace::layer
