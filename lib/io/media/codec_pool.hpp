// The codec workers, and which transcoder is with which of them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/media/effect.hpp"
#include "io/net/loop.hpp"

namespace cord::io::media {

class CodecPool {
  public:
    /// A packet that a worker made.
    using OnPacket = std::function<void(engine::media::TranscodeId, base::MutableBytes rtp)>;
    /// Called after a run of packets: what was made of them can leave together.
    using OnDrained = std::function<void()>;

    CodecPool(net::Loop &loop, std::string program, std::size_t workers, OnPacket on_packet,
              OnDrained on_drained);
    ~CodecPool();

    void open(const engine::media::OpenTranscoder &transcoder);
    void packet(engine::media::TranscodeId id, base::Bytes rtp);
    void close(engine::media::TranscodeId id);
    /// Sends what the calls above have queued.
    void flush();

    [[nodiscard]] std::uint64_t deaths() const;

  private:
    struct Worker;
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::io::media
