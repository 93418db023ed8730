// The classic capture file: draft-ietf-opsawg-pcap, and the "modified" one of Linux 2.2 days.
#pragma once

#include "engine/trace/fields.hpp"
#include "engine/trace/reader.hpp"

namespace cord::engine::trace {

class PcapReader final : public Reader {
  public:
    /// Whether a file's first four bytes, taken as a big-endian number, are one of its magic numbers.
    [[nodiscard]] static bool is_magic(std::uint32_t first);

    [[nodiscard]] base::Result<Step> step(base::Bytes window) override;

  private:
    [[nodiscard]] base::Result<Step> header(base::Bytes window);

    Fields fields_{false};
    bool started_ = false;
    bool nanoseconds_ = false;
    std::size_t record_header_ = 16;
    std::uint32_t link_type_ = 0;
};

} // namespace cord::engine::trace
