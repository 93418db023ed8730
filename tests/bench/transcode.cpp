// transcode MEDIACODEC [STREAMS [SECONDS]]: CPU time of a codec worker, and of the daemon's side of its
// socket, for a second of each stream. Numbers are JSON lines, as the other benches write them.
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include <fmt/format.h>

#include "base/random.hpp"
#include "io/codec/packetizer.hpp"
#include "io/process/worker_client.hpp"

using namespace cord;
using namespace cord::io::codec;
using io::process::WorkerClient;
using wire::rtp::parse_payload_map;

namespace {

/// Voiced syllables of a moving pitch, with pauses between them and a little noise: what costs a speech codec
/// work.
Pcm speech_like(PcmFormat format, int seconds) {
    base::SeededRandom random(1);
    Pcm out;
    double phase = 0;
    for (std::size_t n = 0; n < std::size_t{format.rate} * static_cast<std::size_t>(seconds); ++n) {
        const double t = static_cast<double>(n) / format.rate;
        const double loud = std::max(0.0, std::sin(2 * std::numbers::pi * 2.7 * t)) * 6000;
        phase += 2 * std::numbers::pi * (140 + 40 * std::sin(t * 3)) / format.rate;
        double voice = 0;
        for (int k = 1; k <= 12; ++k)
            voice += std::sin(phase * k) / (1 + std::abs(k - 4 - 3 * std::sin(t * 5)));
        const double noise = static_cast<double>(random.below(400)) - 200;
        out.push_back(static_cast<std::int16_t>(loud * voice / 3 + noise));
    }
    return out;
}

std::vector<std::vector<std::uint8_t>> packets_of(const char *codec, PcmFormat format, int seconds) {
    std::vector<std::vector<std::uint8_t>> out;
    const CodecSpec spec = completed(CodecSpec::parse(codec).value(), format).value();
    Packetizer packetizer(make_encoder(spec, format).value(), usual_payload_type(spec), spec.clock_rate,
                          {1, 0, 0}, [&out](base::Bytes rtp) { out.emplace_back(rtp.begin(), rtp.end()); });
    packetizer.sound(speech_like(format, seconds));
    return out;
}

double cpu_seconds(__rusage_who who) {
    rusage usage{};
    getrusage(who, &usage);
    auto seconds = [](timeval t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Takes what the worker has made, waiting for it when there is nothing yet.
std::size_t collect(WorkerClient &client, bool wait) {
    std::size_t got = 0;
    client.flush();
    if (wait) {
        pollfd p{client.fd(), POLLIN, 0};
        poll(&p, 1, 1000);
    }
    while (client.receive(base::Time{}))
        ++got;
    return got;
}

void measure(const char *program, const char *from, const char *to, PcmFormat format, int streams,
             int seconds) {
    const auto from_map = parse_payload_map(from).value();
    const auto packets = packets_of(from_map.begin()->second.text().c_str(), format, seconds);
    const double before_self = cpu_seconds(RUSAGE_SELF);
    const double before_children = cpu_seconds(RUSAGE_CHILDREN);
    std::size_t made = 0;
    {
        auto client = WorkerClient::start(program, base::Time{});
        if (!client) {
            fmt::print(stderr, "transcode: {}: {}\n", program, client.error().text());
            std::exit(69);
        }
        for (int id = 0; id < streams; ++id)
            client->open(static_cast<std::uint32_t>(id), {}, from_map, parse_payload_map(to).value());
        std::size_t sent = 0;
        for (const auto &packet : packets) {
            for (int id = 0; id < streams; ++id, ++sent)
                client->packet(static_cast<std::uint32_t>(id), packet);
            made += collect(*client, false);
            // A call's packets come in time; here they come at once, and must not pile up.
            for (int tries = 0; sent - made > 1000 && tries < 100'000; ++tries)
                made += collect(*client, true);
        }
        for (int tries = 0; made < sent && tries < 100'000; ++tries)
            made += collect(*client, true);
    }
    const double stream_seconds = static_cast<double>(streams) * seconds;
    fmt::print("{{\"bench\":\"transcode\",\"from\":\"{}\",\"to\":\"{}\",\"streams\":{},\"packets\":{},"
               "\"worker_ms_per_stream_second\":{:.3f},\"daemon_ms_per_stream_second\":{:.3f}}}\n",
               from, to, streams, made,
               (cpu_seconds(RUSAGE_CHILDREN) - before_children) * 1000 / stream_seconds,
               (cpu_seconds(RUSAGE_SELF) - before_self) * 1000 / stream_seconds);
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: transcode MEDIACODEC [STREAMS [SECONDS]]\n");
        return 2;
    }
    const int streams = argc > 2 ? std::atoi(argv[2]) : 20;
    const int seconds = argc > 3 ? std::atoi(argv[3]) : 10;
    measure(argv[1], "111=opus/48000/2", "8=pcma/8000", {48000, 1}, streams, seconds);
    for (const char *opus :
         {"111=opus/48000/2", "111=opus/48000/2;complexity=5", "111=opus/48000/2;complexity=0"})
        measure(argv[1], "8=pcma/8000", opus, {8000, 1}, streams, seconds);
    measure(argv[1], "8=pcma/8000", "0=pcmu/8000", {8000, 1}, streams, seconds);
}
