#include <set>

#include <fmt/format.h>

#include "commands.hpp"
#include "io/cli/table.hpp"
#include "io/codec/sequencer.hpp"
#include "io/codec/stream_decoder.hpp"
#include "io/codec/video_source.hpp"
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
                                 {"kbit_s", Kind::number},
                                 {"pictures", Kind::number},
                                 {"size"}},
                                io::cli::Table::form(json)) {}

    void take(const wire::rtp::Packet &packet) {
        sequencer_.push(packet);
        drain();
    }

    void finish() {
        sequencer_.finish();
        drain();
        video_.finish();
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
                    know(type, std::move(*spec));
            ++packets_;
            lost_ += arrived->lost;
            octets_ += arrived->packet.payload().size();
            if (video_types_.contains(type))
                video_.take(*arrived);
            else
                decoder_.take(*arrived);
        }
    }

    void know(std::uint8_t type, wire::rtp::CodecSpec spec) {
        if (!io::codec::is_video(spec))
            return decoder_.know(type, std::move(spec));
        video_.know(type, spec);
        video_types_.insert(type);
    }

    void take(const io::codec::VideoSource::Frame &frame) {
        if (frame.fresh) {
            auto decoder = io::codec::make_video_decoder(frame.codec);
            pictures_decoder_ = decoder ? std::move(*decoder) : nullptr;
        }
        begin_ = begin_.value_or(frame.time);
        end_ = frame.time;
        ++frames_;
        if (!pictures_decoder_)
            return;
        decoded_.clear();
        if (!pictures_decoder_->decode(frame.bytes, decoded_))
            ++bad_frames_;
        pictures_ += decoded_.size();
        for (const io::codec::Picture &picture : decoded_)
            size_ = fmt::format("{}x{}", picture.width, picture.height);
    }

    /// Of the source. A picture is seen as long as the others on average.
    [[nodiscard]] double seconds() const {
        const double pictures = frames_ > 1
                                    ? static_cast<double>(end_ - *begin_) * static_cast<double>(frames_) /
                                          static_cast<double>(frames_ - 1)
                                    : 0;
        return seconds_ + pictures / io::codec::video_clock;
    }

    [[nodiscard]] std::uint64_t damaged() const {
        return decoder_.counts().damaged + video_.counts().damaged + bad_frames_;
    }

    void begin_source(std::uint32_t ssrc) {
        end_source();
        ++number_;
        ssrc_ = ssrc;
        packets_ = lost_ = octets_ = 0;
        seconds_ = 0;
        types_.clear();
        begin_.reset();
        frames_ = pictures_ = 0;
        size_.clear();
        arrivals_before_ = sequencer_.counts();
        damaged_before_ = damaged();
    }

    void end_source() {
        if (packets_ == 0)
            return;
        const auto &now = sequencer_.counts();
        const double loss = 100.0 * static_cast<double>(lost_) / static_cast<double>(packets_ + lost_);
        const double rate = seconds() > 0 ? static_cast<double>(octets_) * 8 / 1000 / seconds() : 0;
        table_.row({std::to_string(number_), std::to_string(ssrc_), codecs(), std::to_string(packets_),
                    std::to_string(lost_), fmt::format("{:.2f}", loss),
                    std::to_string(now.reordered - arrivals_before_.reordered),
                    std::to_string(now.late - arrivals_before_.late),
                    std::to_string(damaged() - damaged_before_), fmt::format("{:.3f}", seconds()),
                    fmt::format("{:.1f}", rate), std::to_string(pictures_), size_});
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
    io::codec::VideoSource video_{{}, [this](const io::codec::VideoSource::Frame &f) { take(f); }};
    std::set<std::uint8_t> video_types_;
    std::unique_ptr<io::codec::VideoDecoder> pictures_decoder_;
    std::vector<io::codec::Picture> decoded_;
    unsigned number_ = 0;
    std::uint32_t ssrc_ = 0;
    std::uint64_t packets_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t octets_ = 0;          // of payloads
    double seconds_ = 0;                // of sound
    std::optional<std::int64_t> begin_; // of pictures, and what follows too
    std::int64_t end_ = 0;
    std::uint64_t frames_ = 0;
    std::uint64_t pictures_ = 0;
    std::string size_;
    std::uint64_t bad_frames_ = 0; // of all sources
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
