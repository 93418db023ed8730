#include <set>

#include <fmt/format.h>

#include "commands.hpp"
#include "io/cli/table.hpp"
#include "io/codec/sequencer.hpp"
#include "io/codec/stream_decoder.hpp"
#include "report.hpp"
#include "rtp_input.hpp"

namespace cord::mediacodec {

namespace {

constexpr std::size_t reorder_window = 16;

/// Decodes all there is, source by source, and keeps nothing but figures: a row when a source has ended.
class Survey final : public io::codec::Listener {
  public:
    Survey(RtpInput &input, bool json)
        : input_(input), table_({{"n", Kind::number},
                                 {"ssrc", Kind::number},
                                 {"codec"},
                                 {"packets", Kind::number},
                                 {"lost", Kind::number},
                                 {"loss_pct", Kind::number},
                                 {"reordered", Kind::number},
                                 {"late", Kind::number},
                                 {"damaged", Kind::number},
                                 {"duration", Kind::number},
                                 {"kbit_s", Kind::number}},
                                io::cli::Table::form(json)) {}

    void take(const wire::rtp::Packet &packet) {
        sequencer_.push(packet);
        drain();
    }

    void finish() {
        sequencer_.finish();
        drain();
        end_source();
    }

    void sound(io::codec::PcmFormat format, io::codec::PcmView pcm) override {
        seconds_ += static_cast<double>(pcm.size() / format.channels) / format.rate;
    }
    void pause(io::codec::PcmFormat format, std::size_t frames) override {
        seconds_ += static_cast<double>(frames) / format.rate;
    }
    void event(const wire::rtp::Packet &, const wire::rtp::CodecSpec &, std::int64_t, std::int64_t) override {
    }

  private:
    using Kind = io::cli::Column::Kind;

    void drain() {
        while (auto arrived = sequencer_.pop()) {
            if (arrived->begins)
                begin_source(arrived->packet.ssrc());
            const std::uint8_t type = arrived->packet.payload_type();
            if (types_.insert(type).second)
                if (auto spec = input_.codec_of(type))
                    decoder_.know(type, std::move(*spec));
            ++packets_;
            lost_ += arrived->lost;
            octets_ += arrived->packet.payload().size();
            decoder_.take(*arrived);
        }
    }

    void begin_source(std::uint32_t ssrc) {
        end_source();
        ++number_;
        ssrc_ = ssrc;
        packets_ = lost_ = octets_ = 0;
        seconds_ = 0;
        types_.clear();
        arrivals_before_ = sequencer_.counts();
        damaged_before_ = decoder_.counts().damaged;
    }

    void end_source() {
        if (packets_ == 0)
            return;
        const auto &now = sequencer_.counts();
        const double loss = 100.0 * static_cast<double>(lost_) / static_cast<double>(packets_ + lost_);
        const double rate = seconds_ > 0 ? static_cast<double>(octets_) * 8 / 1000 / seconds_ : 0;
        table_.row({std::to_string(number_), std::to_string(ssrc_), codecs(), std::to_string(packets_),
                    std::to_string(lost_), fmt::format("{:.2f}", loss),
                    std::to_string(now.reordered - arrivals_before_.reordered),
                    std::to_string(now.late - arrivals_before_.late),
                    std::to_string(decoder_.counts().damaged - damaged_before_),
                    fmt::format("{:.3f}", seconds_), fmt::format("{:.1f}", rate)});
        packets_ = 0;
    }

    /// Of the source's payload types, as a `#!rtp` line has them; a number alone where nobody says.
    std::string codecs() {
        std::string out;
        for (std::uint8_t type : types_) {
            auto spec = input_.codec_of(type);
            out += fmt::format("{}{}{}", out.empty() ? "" : " ", type, spec ? "=" + spec->text() : "");
        }
        return out;
    }

    RtpInput &input_;
    io::cli::Table table_;
    io::codec::Sequencer sequencer_{reorder_window};
    io::codec::StreamDecoder decoder_{{}, {}, *this};
    unsigned number_ = 0;
    std::uint32_t ssrc_ = 0;
    std::uint64_t packets_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t octets_ = 0; // of payloads
    double seconds_ = 0;
    std::set<std::uint8_t> types_;
    io::codec::Sequencer::Counts arrivals_before_;
    std::uint64_t damaged_before_ = 0;
};

} // namespace

Outcome<void> info(const StreamOptions &options, bool json) {
    auto input = RtpInput::open(options);
    if (!input)
        return tl::unexpected(input.error());
    Survey survey(*input, json);
    auto read = input->read(
        [&](const wire::rtp::Packet &packet) -> Outcome<void> {
            survey.take(packet);
            return {};
        },
        [] { return Outcome<void>{}; });
    if (!read)
        return read;
    survey.finish();
    return report_input(options, *input);
}

} // namespace cord::mediacodec
