// Files of recorded calls, written packet by packet.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "engine/media/plan.hpp"
#include "io/net/fd.hpp"

namespace cord::io::media {

using engine::media::RecordingId;

/// What goes wrong is logged: a call goes on without its recording.
class Recorder {
  public:
    /// Makes a file that is not there yet, for its owner alone.
    void open(RecordingId id, const std::string &path);
    /// Between two addresses of one family.
    void write(RecordingId id, const base::Endpoint &from, const base::Endpoint &to, base::Bytes payload);
    void close(RecordingId id, bool discard);

  private:
    struct File {
        net::Fd fd;
        std::string path;
    };
    bool put(File &file);

    std::map<RecordingId, File> files_;
    std::vector<std::uint8_t> bytes_; // of one record
};

} // namespace cord::io::media
