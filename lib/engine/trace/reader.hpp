// Readers of trace files, one interface for pcap, pcapng and NDJSON. They hold no bytes: whoever reads the
// file shows them a window of it, and drops from its front what they have consumed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "engine/trace/packet.hpp"

namespace cord::engine::trace {

/// What was found at the front of the window. `consumed` of 0 means: show me more. Views in `found` point
/// into the window or into the reader, and live until the next step.
struct Step {
    std::size_t consumed = 0;
    std::variant<std::monostate, Packet, SipRecord, Secrets> found;
};

/// What a capture file tells beside its packets.
struct FileFacts {
    std::uint64_t sections = 0;
    std::uint64_t interfaces = 0;
    std::uint64_t dropped = 0; ///< Packets that the capturing machine lost.
    std::uint64_t comments = 0;
    std::uint64_t names = 0; ///< Of addresses.
    std::uint64_t secrets = 0;
};

class Reader {
  public:
    virtual ~Reader() = default;

    /// Reads one thing from the front of the window. After an error there is nothing more to be had: the file
    /// is damaged there.
    [[nodiscard]] virtual base::Result<Step> step(base::Bytes window) = 0;
    /// Things left out because they made no sense, the file going on behind them: lines of NDJSON, say.
    [[nodiscard]] virtual std::size_t skipped() const { return 0; }
    /// Up to here.
    [[nodiscard]] const FileFacts &facts() const { return facts_; }

  protected:
    FileFacts facts_;
};

enum class FileKind { pcap, pcapng, ndjson, gzip, unknown };

/// By content. `front` should have 16 bytes if the file has as many.
[[nodiscard]] FileKind recognise(base::Bytes front);

/// Nothing for gzip, which is to be inflated first, and for what is unknown.
[[nodiscard]] std::unique_ptr<Reader> make_reader(FileKind kind);

} // namespace cord::engine::trace
