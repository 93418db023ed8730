#include "io/media/codec_pool.hpp"

#include <map>
#include <vector>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "io/net/clock.hpp"
#include "io/process/worker_client.hpp"

namespace cord::io::media {

using engine::media::OpenTranscoder;
using engine::media::TranscodeId;
using process::WorkerClient;

struct CodecPool::Worker : std::enable_shared_from_this<Worker> {
    Worker(net::Loop &loop, WorkerClient c) : client(std::move(c)), retry(loop) {}

    WorkerClient client;
    std::optional<net::Watch> watch;
    net::Timer retry;
    bool waits_for_room = false;
};

struct CodecPool::Parts {
    Parts(net::Loop &l, std::string prog, OnPacket p, OnDrained d)
        : loop(l), program(std::move(prog)), on_packet(std::move(p)), on_drained(std::move(d)) {}

    Worker *worker_of(TranscodeId id) {
        if (auto alone = quarantine.find(id); alone != quarantine.end())
            return alone->second.get();
        return workers.empty() ? nullptr : workers[id % workers.size()].get();
    }
    std::shared_ptr<Worker> start();
    void isolate(const process::worker::Open &culprit);
    void watch(Worker &worker);
    void wait_readable(Worker &worker);
    void read(Worker &worker);
    void flush(Worker &worker);

    net::Loop &loop;
    std::string program;
    OnPacket on_packet;
    OnDrained on_drained;
    std::vector<std::shared_ptr<Worker>> workers;
    std::map<TranscodeId, std::shared_ptr<Worker>> quarantine; // of streams that have killed one of those
    std::uint64_t deaths = 0;
};

CodecPool::CodecPool(net::Loop &loop, std::string program, std::size_t workers, OnPacket on_packet,
                     OnDrained on_drained)
    : parts_(std::make_unique<Parts>(loop, std::move(program), std::move(on_packet), std::move(on_drained))) {
    for (std::size_t n = 0; n < workers; ++n) {
        auto worker = parts_->start();
        if (!worker)
            return;
        parts_->workers.push_back(std::move(worker));
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
    if (parts_->quarantine.erase(id) > 0)
        return;
    if (Worker *worker = parts_->worker_of(id))
        worker->client.close(id);
}

void CodecPool::flush() {
    for (auto &worker : parts_->workers)
        parts_->flush(*worker);
    for (auto &[id, worker] : parts_->quarantine)
        parts_->flush(*worker);
}

std::uint64_t CodecPool::deaths() const { return parts_->deaths; }

std::shared_ptr<CodecPool::Worker> CodecPool::Parts::start() {
    auto client = WorkerClient::start(program, net::now().mono);
    if (!client) {
        base::log::error("codec", "{}: {}; calls that need transcoding stay silent", program,
                         client.error().text());
        return nullptr;
    }
    auto worker = std::make_shared<Worker>(loop, std::move(*client));
    watch(*worker);
    return worker;
}

/// Opens a stream that has killed a worker in one of its own: it goes on, and silences nobody else.
void CodecPool::Parts::isolate(const process::worker::Open &culprit) {
    if (quarantine.size() >= base::limits::codec_quarantines) {
        base::log::warning("codec", "too many streams kill their workers: stream {} stays silent",
                           culprit.id);
        return;
    }
    if (auto worker = start()) {
        worker->client.open(culprit.id, culprit.start, culprit.from, culprit.to);
        quarantine[culprit.id] = std::move(worker);
    }
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
    const auto alive = worker.shared_from_this(); // in quarantine it goes with its stream
    bool restarted = false;
    while (auto event = worker.client.receive(net::now().mono)) {
        if (auto *packet = std::get_if<WorkerClient::Packet>(&*event))
            on_packet(packet->id, packet->rtp);
        else if (auto *refused = std::get_if<WorkerClient::Refused>(&*event))
            base::log::warning("codec", "a stream stays silent: {}", refused->reason);
        else if (auto *death = std::get_if<WorkerClient::Restarted>(&*event)) {
            ++deaths;
            restarted = true;
            if (death->culprit)
                isolate(*death->culprit);
        }
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
