#include <memory>
#include <vector>

#include <fmt/format.h>

#include "commands.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/say.hpp"
#include "query.hpp"
#include "trace.hpp"
#include "wire/rtp/stream.hpp"

namespace cord::siptrace {
namespace {

using engine::trace::Datagram;
using engine::trace::MediaHit;
using engine::trace::SipRecord;

struct Options {
    Query query;
    std::int64_t stream = 1;
    std::string out;
    bool bare = false;
};

// Writes one stream's packets, after a line that names its codecs.
class Extractor {
  public:
    explicit Extractor(const Options &o) : options_(o), out_(o.out) {}

    [[nodiscard]] bool wants(const MediaHit &hit) const {
        const auto &q = options_.query;
        return (q.call == 0 || hit.call->number == static_cast<std::uint64_t>(q.call)) &&
               q.matches(*hit.call) && hit.stream + 1 == static_cast<std::size_t>(options_.stream) &&
               (call_ == nullptr || call_ == hit.call);
    }

    bool write(const MediaHit &hit, const Datagram &datagram) {
        frame_.clear();
        if (call_ == nullptr) {
            call_ = hit.call;
            if (hit.line->encrypted())
                io::cli::say("siptrace",
                             "the stream is SRTP: its packets are written as they are, encrypted");
            if (!options_.bare)
                wire::rtp::append_announcement(frame_, hit.line->codecs);
        }
        wire::rtp::append_frame(frame_, datagram.payload);
        return out_.write(base::as_text(frame_));
    }

    int close(int code) {
        if (call_ != nullptr || code != io::cli::done)
            return out_.close(code);
        io::cli::say("siptrace", "no such stream (siptrace flow shows them)");
        return io::cli::answer_is_no;
    }

  private:
    const Options &options_;
    Output out_;
    std::shared_ptr<const engine::trace::Call> call_; // the one chosen
    std::vector<std::uint8_t> frame_;
};

int run(const io::cli::App &app, Options &o) {
    if (const int wrong = o.query.understand(app); wrong != 0)
        return wrong;
    Trace trace(o.query.key_log);
    Extractor extractor(o);
    const int code = for_each(o.query.in, false, trace, [&](const io::capture::Feed::Found &found) {
        if (const auto *record = std::get_if<SipRecord>(&found)) {
            (void)trace.calls.add(*record);
            return true;
        }
        const auto &datagram = std::get<Datagram>(found);
        const auto hit = trace.calls.add(datagram);
        return !hit || !extractor.wants(*hit) || extractor.write(*hit, datagram);
    });
    return extractor.close(code);
}

} // namespace

void add_extract(io::cli::App &app) {
    auto options = std::make_shared<Options>();
    auto command = app.subcommand("extract", "Write one RTP stream of a call, for mediacodec and its like",
                                  [&app, options] { return run(app, *options); });
    options->query.declare(command);
    command.number("--stream", options->stream, 1, UINT32_MAX, "N",
                   "The stream with this number in 'siptrace flow'");
    command.option("-o,--output", options->out, "FILE", "Where to write; - is stdout (default)");
    command.flag("--bare", options->bare, "Leave out the line that names the codecs");
}

} // namespace cord::siptrace
