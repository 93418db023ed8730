// Streams that kill their worker, and those beside them.
#include "io/media/codec_pool.hpp"

#include <cstdlib>
#include <map>

#include <boost/asio/io_context.hpp>

#include "base/limits.hpp"
#include "fixture.hpp"
#include "wire/rtp/packet.hpp"

using namespace cord;
using namespace cord::io;
using namespace std::chrono_literals;
using engine::media::TranscodeId;

namespace {

/// Streams of one worker that echoes, and dies of "die".
struct Pool {
    net::Loop loop;
    std::map<TranscodeId, std::size_t> echoes;
    media::CodecPool codecs{loop, std::getenv("CORD_ECHO_WORKER"), 1,
                            [this](TranscodeId id, base::MutableBytes) { ++echoes[id]; }, [] {}};

    void open(TranscodeId id) {
        codecs.open({id,
                     *wire::rtp::parse_payload_map("111=opus/48000/2"),
                     *wire::rtp::parse_payload_map("8=pcma/8000"),
                     {}});
    }
    void say(TranscodeId id, std::string_view payload) {
        std::vector<std::uint8_t> rtp;
        wire::rtp::append_header(rtp, {111, false, 1, 0, 7});
        base::ByteWriter(rtp).text(payload);
        codecs.packet(id, rtp);
        codecs.flush();
    }
    /// Runs the loop until `done` or the time is over; unlike Loop::run, more than once.
    bool run(base::Duration at_most, const std::function<bool()> &done) {
        for (const base::Time end = net::now().mono + at_most; !done() && net::now().mono < end;)
            loop.context().run_for(1ms);
        return done();
    }
    bool dies(TranscodeId id) {
        const auto before = codecs.deaths();
        say(id, "die");
        return run(5s, [&] { return codecs.deaths() > before; });
    }
    /// Whether a packet of the stream is echoed in less time than a worker that fails at once is left alone.
    bool is_heard(TranscodeId id, base::Duration at_most = 800ms) {
        const auto before = echoes[id];
        say(id, "hello");
        return run(at_most, [&] { return echoes[id] > before; });
    }
};

} // namespace

TEST_CASE("a stream that kills its worker again and again silences nobody else", "[io-media]") {
    Pool pool;
    for (TranscodeId id : {1, 2, 3})
        pool.open(id);
    REQUIRE(pool.dies(1));
    CHECK(pool.is_heard(2));
    CHECK(pool.is_heard(1)); // alone
    REQUIRE(pool.dies(1));
    CHECK(pool.is_heard(2));
    CHECK(pool.is_heard(3));
    CHECK_FALSE(pool.is_heard(1, 100ms));                         // not at once again
    CHECK(pool.run(3s, [&] { return pool.is_heard(1, 100ms); })); // but after a while
    pool.codecs.close(1);
    CHECK(pool.is_heard(2));
}

TEST_CASE("no more streams than there may be have a worker alone", "[io-media]") {
    Pool pool;
    const TranscodeId last = base::limits::codec_quarantines + 1;
    for (TranscodeId id = 1; id <= last + 1; ++id)
        pool.open(id);
    for (TranscodeId id = 1; id <= last; ++id)
        REQUIRE(pool.dies(id));
    CHECK(pool.is_heard(last - 1));
    CHECK(pool.is_heard(last + 1));
    CHECK_FALSE(pool.is_heard(last, 100ms));
}
