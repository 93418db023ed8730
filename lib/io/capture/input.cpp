#include "io/capture/input.hpp"

#include "io/capture/inflater.hpp"
#include "io/capture/source.hpp"

namespace cord::io::capture {

using engine::trace::FileKind;

namespace {

// Enough to recognise every format.
constexpr std::size_t front = 16;

} // namespace

Input::Input(std::unique_ptr<Source> source) : source_(std::move(source)) {}
Input::Input(Input &&) noexcept = default;
Input &Input::operator=(Input &&) noexcept = default;
Input::~Input() = default;

Input::Result<Input> Input::open(const std::string &path, bool follow) {
    auto source = Source::open(path, follow);
    if (!source)
        return tl::unexpected(source.error());
    return Input(*std::move(source));
}

FileKind Input::kind() const { return kind_; }

bool Input::cut_short() const { return cut_short_; }

std::size_t Input::skipped() const { return reader_ ? reader_->skipped() : 0; }

engine::trace::FileFacts Input::facts() const {
    return reader_ ? reader_->facts() : engine::trace::FileFacts{};
}

// Waits for the first bytes, and finds the reader that knows them. An empty input has nothing in it, and that
// is no fault.
Input::Result<bool> Input::begin() {
    for (int layers = 0; layers < 2; ++layers) {
        while (source_->window().size() < front) {
            const auto more = source_->more();
            if (!more)
                return more;
            if (!*more)
                break;
        }
        if (source_->window().empty())
            return false;
        kind_ = engine::trace::recognise(source_->window());
        if (kind_ != FileKind::gzip)
            break;
        source_->inflate_from_here();
    }
    reader_ = engine::trace::make_reader(kind_);
    if (!reader_)
        return tl::unexpected(InputError{
            InputError::Kind::unknown, source_->name() + ": neither pcap, pcapng, NDJSON nor gzip of these"});
    return true;
}

Input::Result<std::optional<Input::Found>> Input::next() {
    if (!reader_) {
        const auto begun = begin();
        if (!begun)
            return tl::unexpected(begun.error());
        if (!*begun)
            return std::optional<Found>{};
    }
    for (;;) {
        auto step = reader_->step(source_->window());
        if (!step)
            return tl::unexpected(InputError{InputError::Kind::damaged,
                                             source_->name() + ": " + std::string(step.error().text())});
        source_->consume(step->consumed);
        if (auto *packet = std::get_if<engine::trace::Packet>(&step->found)) {
            packet->lasting = source_->lasting();
            return std::optional<Found>(*packet);
        }
        if (const auto *record = std::get_if<engine::trace::SipRecord>(&step->found))
            return std::optional<Found>(*record);
        if (const auto *secrets = std::get_if<engine::trace::Secrets>(&step->found))
            return std::optional<Found>(*secrets);
        if (step->consumed > 0)
            continue;
        const auto more = source_->more();
        if (!more)
            return tl::unexpected(more.error());
        if (*more)
            continue;
        // The last line of a text may lack its line end; a last packet that lacks bytes is lost.
        const bool unfinished_line = kind_ == FileKind::ndjson && !source_->window().empty();
        if (!unfinished_line) {
            cut_short_ = source_->cut_short();
            return std::optional<Found>{};
        }
        source_->append('\n');
    }
}

} // namespace cord::io::capture
