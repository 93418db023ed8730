// Stands in for `mediacodec worker` in the test of its client: opened streams echo their packets, numbered
// from the stream's start; the payload "die" ends the process, "fds" is answered with the descriptors that
// are open.
#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>

#include "io/process/at_work.hpp"
#include "io/process/worker_protocol.hpp"
#include "wire/rtp/packet.hpp"

using namespace cord;
using namespace cord::io::process;

static std::string open_descriptors() {
    std::string out;
    DIR *dir = opendir("/proc/self/fd");
    while (dirent *entry = readdir(dir))
        if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != dirfd(dir))
            out += std::string(entry->d_name) + " ";
    closedir(dir);
    return out;
}

static void say(const worker::Message &message) {
    auto record = worker::encode(message);
    if (send(0, record.data(), record.size(), MSG_NOSIGNAL) < 0)
        _exit(1);
}

int main(int argc, char **argv) {
    if (argc != 2 || argv[1] != std::string("worker"))
        return 2;
    auto at_work = AtWork::of_starter();
    std::vector<std::uint8_t> buffer(max_worker_record);
    std::map<std::uint32_t, StreamStart> streams;
    for (;;) {
        ssize_t n = recv(0, buffer.data(), buffer.size(), 0);
        if (n <= 0)
            return 0;
        auto message = worker::decode({buffer.data(), static_cast<std::size_t>(n)});
        at_work->set(std::visit([](const auto &m) { return m.id; }, *message));
        if (auto *open = std::get_if<worker::Open>(&*message)) {
            if (open->to.empty())
                say(worker::Refused{open->id, "no codec"});
            else
                streams[open->id] = open->start;
        } else if (auto *packet = std::get_if<worker::Packet>(&*message)) {
            auto payload = wire::rtp::Packet::parse(packet->rtp)->payload();
            if (base::as_text(payload) == "die")
                std::abort();
            StreamStart &at = streams.at(packet->id);
            std::vector<std::uint8_t> rtp;
            wire::rtp::append_header(rtp, {8, false, at.sequence++, at.timestamp, at.ssrc});
            at.timestamp += 160;
            base::ByteWriter(rtp).text(base::as_text(payload) == "fds" ? open_descriptors()
                                                                       : base::as_text(payload));
            at_work->set(0); // before it is said: who has heard of the packet may kill it at rest
            say(worker::Packet{packet->id, rtp});
        }
        at_work->set(0);
    }
}
