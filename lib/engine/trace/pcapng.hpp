// The newer capture file: draft-ietf-opsawg-pcapng. Several sections of either byte order, each with
// interfaces of their own link type and clock.
#pragma once

#include <vector>

#include "engine/trace/fields.hpp"
#include "engine/trace/reader.hpp"

namespace cord::engine::trace {

class PcapngReader final : public Reader {
  public:
    /// The first four bytes of the file, the same in both byte orders.
    static constexpr std::uint32_t section_header = 0x0A0D0D0A;

    [[nodiscard]] base::Result<Step> step(base::Bytes window) override;

  private:
    struct Interface {
        std::uint32_t link_type = 0;
        std::uint32_t snap_length = 0;
        std::uint64_t ticks_per_second = 1'000'000;
        std::int64_t offset_seconds = 0;
    };

    [[nodiscard]] base::Result<void> section(base::Bytes body);
    [[nodiscard]] base::Result<void> interface(base::Bytes body);
    void interface_options(base::Bytes options, Interface &out);
    void statistics(base::Bytes body);
    void names(base::Bytes body);
    [[nodiscard]] Secrets secrets(base::Bytes body);
    /// Counts comments; gives every other option to `visit`, with its code and its value.
    template <class Visit>
    void each_option(base::Bytes options, Visit visit);
    [[nodiscard]] base::Result<Packet> packet(base::Bytes body, bool enhanced);
    [[nodiscard]] base::Result<Packet> simple_packet(base::Bytes body) const;

    Fields fields_{false};
    bool started_ = false;
    std::vector<Interface> interfaces_;
};

} // namespace cord::engine::trace
