#include "io/media/recorder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.hpp"
#include "engine/media/pcap.hpp"
#include "io/net/clock.hpp"

namespace cord::io::media {

void Recorder::open(RecordingId id, const std::string &path) {
    File file{net::Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)), path};
    if (!file.fd)
        return base::log::error("media", "cannot record to {}: {}", path, std::strerror(errno));
    bytes_.clear();
    engine::media::append_pcap_header(bytes_);
    if (put(file)) {
        base::log::info("media", "recording to {}", path);
        files_.insert_or_assign(id, std::move(file));
    }
}

void Recorder::write(RecordingId id, const base::Endpoint &from, const base::Endpoint &to,
                     base::Bytes payload) {
    auto found = files_.find(id);
    if (found == files_.end())
        return;
    bytes_.clear();
    engine::media::append_pcap_datagram(bytes_, net::now().unix, from, to, payload);
    if (!put(found->second))
        files_.erase(found);
}

void Recorder::close(RecordingId id, bool discard) {
    auto file = files_.extract(id);
    if (!file.empty() && discard)
        ::unlink(file.mapped().path.c_str());
}

/// Half a record would spoil those behind it: then the file ends with the last whole one.
bool Recorder::put(File &file) {
    const ssize_t written = ::write(file.fd.get(), bytes_.data(), bytes_.size());
    if (written == static_cast<ssize_t>(bytes_.size()))
        return true;
    base::log::error("media", "recording to {} ends: {}", file.path,
                     written < 0 ? std::strerror(errno) : "the disk is full");
    const off_t whole = ::lseek(file.fd.get(), 0, SEEK_CUR) - (written > 0 ? written : 0);
    if (::ftruncate(file.fd.get(), whole) != 0)
        base::log::error("media", "{} ends in half a packet", file.path);
    return false;
}

} // namespace cord::io::media
