#include "io/media/codec_pool.hpp"

#include <vector>

#include "base/log.hpp"
#include "io/net/clock.hpp"
#include "io/process/worker_client.hpp"

namespace cord::io::media {

using engine::media::OpenTranscoder;
using engine::media::TranscodeId;
using process::WorkerClient;

struct CodecPool::Worker {
    WorkerClient client;
    int watched = -1;
    std::optional<net::Watch> watch;
    net::Timer retry;
    bool waits_for_room = false;
};

struct CodecPool::Parts {
    Parts(net::Loop &l, OnPacket p, OnDrained d)
        : loop(l), on_packet(std::move(p)), on_drained(std::move(d)) {}

    Worker *worker_of(TranscodeId id) {
        return workers.empty() ? nullptr : workers[id % workers.size()].get();
    }
    void watch(Worker &worker);
    void wait_readable(Worker &worker);
    void read(Worker &worker);
    void flush(Worker &worker);

    net::Loop &loop;
    OnPacket on_packet;
    OnDrained on_drained;
    std::vector<std::unique_ptr<Worker>> workers; // they stay where they are: calls of the loop refer to them
};

CodecPool::CodecPool(net::Loop &loop, std::string program, std::size_t workers, OnPacket on_packet,
                     OnDrained on_drained)
    : parts_(std::make_unique<Parts>(loop, std::move(on_packet), std::move(on_drained))) {
    for (std::size_t n = 0; n < workers; ++n) {
        auto client = WorkerClient::start(program, net::now().mono);
        if (!client) {
            base::log::error("codec", "{}: {}; calls that need transcoding stay silent", program,
                             client.error().text());
            return;
        }
        parts_->workers.push_back(std::unique_ptr<Worker>(
            new Worker{std::move(*client), -1, std::nullopt, net::Timer(loop), false}));
        parts_->watch(*parts_->workers.back());
    }
}
CodecPool::~CodecPool() = default;

void CodecPool::open(const OpenTranscoder &transcoder) {
    if (Worker *worker = parts_->worker_of(transcoder.id))
        worker->client.open(transcoder.id, transcoder.start, transcoder.from, transcoder.to);
}

void CodecPool::packet(TranscodeId id, base::Bytes rtp) {
    if (Worker *worker = parts_->worker_of(id))
        worker->client.packet(id, rtp);
}

void CodecPool::close(TranscodeId id) {
    if (Worker *worker = parts_->worker_of(id))
        worker->client.close(id);
}

void CodecPool::flush() {
    for (auto &worker : parts_->workers)
        parts_->flush(*worker);
}

std::uint64_t CodecPool::deaths() const {
    std::uint64_t sum = 0;
    for (auto &worker : parts_->workers)
        sum += worker->client.deaths();
    return sum;
}

/// After a start: the descriptor is another one. After a death: there is none until the deadline.
void CodecPool::Parts::watch(Worker &worker) {
    worker.retry.at(worker.client.deadline(), [this, &worker] {
        worker.client.on_deadline(net::now().mono);
        watch(worker);
    });
    worker.watch.reset();
    worker.waits_for_room = false;
    if (worker.client.fd() < 0)
        return;
    worker.watch.emplace(loop, worker.client.fd());
    wait_readable(worker);
    flush(worker);
}

void CodecPool::Parts::wait_readable(Worker &worker) {
    worker.watch->when_readable([this, &worker] { read(worker); });
}

void CodecPool::Parts::read(Worker &worker) {
    bool restarted = false;
    while (auto event = worker.client.receive(net::now().mono)) {
        if (auto *packet = std::get_if<WorkerClient::Packet>(&*event))
            on_packet(packet->id, packet->rtp);
        else if (auto *refused = std::get_if<WorkerClient::Refused>(&*event))
            base::log::warning("codec", "a stream stays silent: {}", refused->reason);
        else
            restarted = true;
    }
    on_drained();
    if (restarted)
        watch(worker);
    else
        wait_readable(worker);
}

void CodecPool::Parts::flush(Worker &worker) {
    worker.client.flush();
    if (!worker.client.wants_write() || !worker.watch || worker.waits_for_room)
        return;
    worker.waits_for_room = true;
    worker.watch->when_writable([this, &worker] {
        worker.waits_for_room = false;
        flush(worker);
    });
}

} // namespace cord::io::media
