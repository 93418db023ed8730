// What the media engine wants done, as values: drained by the shell after every call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "engine/media/datagram.hpp"
#include "engine/media/plan.hpp"
#include "wire/rtp/sequence.hpp"

namespace cord::engine::media {

/// A datagram to send from one of our ports. The bytes lie in the datagram that was handed in, or are kept
/// until `clear`.
struct Send {
    PortId port = 0;
    base::Endpoint remote;
    base::Bytes bytes;
};

/// Names one direction of one stream between two codecs, for as long as the plan says so.
using TranscodeId = std::uint32_t;

/// An RTP packet for the codec worker; what the worker makes of it goes back by `Engine::transcoded`. Or an
/// RTCP report of who receives that.
struct Transcode {
    TranscodeId id = 0;
    base::Bytes bytes;
};

/// A transcoder is needed from now on: packets of the payload types in `from` come; `to` names the one audio
/// codec that is wanted, and telephone-event where events pass.
struct OpenTranscoder {
    TranscodeId id = 0;
    wire::rtp::PayloadMap from;
    wire::rtp::PayloadMap to;
    wire::rtp::StreamStart start;
};

/// RTP or RTCP of a recorded session, as it came from a peer to a port, but in the clear.
struct Overheard {
    RecordingId recording = 0;
    PortId port = 0;
    base::Endpoint from;
    base::Bytes bytes;
};

/// Something that the controller of the call may want to know.
struct Event {
    enum class What : std::uint8_t {
        ice_connected, ///< the first good check
        dtls_connected,
        dtls_failed,
        media_started, ///< the first packet that was passed on from this side
        media_timeout, ///< nothing has come from either side for the time that was set
        consent_lost,  ///< no check for 30 seconds
    };
    SessionId session = 0;
    std::uint8_t side = 0; ///< 0 the offerer's, 1 the answerer's
    What what{};
    const char *reason = ""; ///< lasts as long as the program
};

struct Outbox {
    std::vector<Send> sends;
    std::vector<OpenTranscoder> opened;
    std::vector<Transcode> transcodes;
    std::vector<TranscodeId> closed;
    std::vector<Overheard> overheard;
    std::vector<Event> events;

    /// Forgets all, and keeps the memory.
    void clear();
    /// Keeps bytes that the engine made, until `clear`.
    base::Bytes keep(std::vector<std::uint8_t> bytes);
    /// Keeps what stands behind `head_room` bytes, with room behind it, too, until `clear`.
    Datagram keep_with_room(std::vector<std::uint8_t> bytes);

  private:
    std::vector<std::vector<std::uint8_t>> kept_;
};

} // namespace cord::engine::media
