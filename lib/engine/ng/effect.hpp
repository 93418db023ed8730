// What the ng engine wants done, as values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/media/keypad.hpp"
#include "engine/media/plan.hpp"
#include "engine/ng/call.hpp"

namespace cord::engine::ng {

/// Names a question of ours; its answer brings it back.
using Token = std::uint64_t;
/// Names whoever has asked us, in the shell's terms.
using ClientId = std::uint64_t;

struct Reply {
    ClientId client = 0;
    std::string bytes;
};

/// Answer by `bound`, before the core gets any other input.
struct BindPorts {
    Token token = 0;
    std::vector<PortNeed> needs;
};

/// Ports that are no longer needed.
struct ClosePorts {
    std::vector<media::PortId> ports;
};

/// Answer by `statistics`, in the same order.
struct ReadStatistics {
    Token token = 0;
    std::vector<media::SessionId> sessions;
};

struct ApplyPlan {
    media::SessionId session = 0;
    media::Plan plan;
};

/// What the participants of a call send goes to a file from now on, session by session.
struct OpenRecording {
    media::RecordingId recording = 0;
    std::string path;
};

struct CloseRecording {
    media::RecordingId recording = 0;
    bool discard = false; ///< the file, too
};

/// Of a session, as plans to come have it, too; 0 for none.
struct SetRecording {
    media::SessionId session = 0;
    media::RecordingId recording = 0;
};

/// Before what comes from a side, as plans to come have it, too.
struct SetBarrier {
    media::SessionId session = 0;
    std::size_t side = 0;
    media::Barrier barrier;
};

/// Keys for the peer of a side to hear.
struct PressKeys {
    media::SessionId session = 0;
    std::size_t side = 0;
    std::vector<media::Key> keys;
};

/// Whole pictures are wanted of the peer of a side.
struct RequestKeyFrames {
    media::SessionId session = 0;
    std::size_t side = 0;
};

struct RemoveSession {
    media::SessionId session = 0;
    const char *reason = ""; ///< why, when no command asked for it: for the log
};

using Effect = std::variant<Reply, BindPorts, ClosePorts, ReadStatistics, ApplyPlan, SetBarrier, PressKeys,
                            RequestKeyFrames, OpenRecording, SetRecording, CloseRecording, RemoveSession>;

} // namespace cord::engine::ng
