#include "rtp_input.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::mediacodec {

using wire::rtp::CodecSpec;

Outcome<NamedCodec> parse_codec(const std::string &text) {
    NamedCodec named;
    auto [left, right] = base::cut(text, '=');
    const bool numbered = !right.empty() && base::to_uint(left, 127);
    if (numbered)
        named.payload_type = static_cast<std::uint8_t>(*base::to_uint(left));
    auto spec = CodecSpec::parse(numbered ? right : std::string_view(text));
    if (!spec)
        return failure(io::cli::wrong_usage, fmt::format("{}: {}", text, spec.error().text()));
    auto known = io::codec::completed(*spec, io::codec::PcmFormat{});
    if (!known)
        return failure(io::cli::wrong_usage, fmt::format("{}: {}", text, known.error().text()));
    named.spec = std::move(*spec);
    return named;
}

std::optional<wire::rtp::Format> forced_format(const StreamOptions &options) {
    if (options.format == "auto" || options.format == "ogg" || options.format == "ivf" ||
        options.format == "annexb")
        return {};
    return options.format == "rtpdump" ? wire::rtp::Format::rtpdump : wire::rtp::Format::framed;
}

Outcome<RtpInput> RtpInput::open(const StreamOptions &options) {
    std::vector<NamedCodec> codecs;
    for (const std::string &text : options.codecs) {
        auto named = parse_codec(text);
        if (!named)
            return tl::unexpected(named.error());
        codecs.push_back(std::move(*named));
    }
    auto input = Input::open(options.in);
    if (!input)
        return tl::unexpected(input.error());
    return RtpInput(std::move(*input), forced_format(options), std::move(codecs));
}

Outcome<void> RtpInput::read(const std::function<Outcome<void>(const wire::rtp::Packet &)> &each,
                             const std::function<Outcome<void>()> &after_block) {
    for (bool more = true; more;) {
        auto bytes = input_.read();
        if (!bytes)
            return tl::unexpected(bytes.error());
        if (bytes->empty())
            reader_.finish();
        tell(*bytes);
        if (bytes->empty() && video_)
            video_->finish();
        auto going = ogg_ ? drain_ogg(each) : video_ ? drain_video(each) : drain(each);
        if (!going)
            return tl::unexpected(going.error());
        more = *going && !bytes->empty();
        if (bytes->empty() && video_ && video_->cut() && damage_.empty())
            damage_ = "the last frame ends early";
        if (auto done = after_block(); !done)
            return done;
    }
    return {};
}

/// Hands the bytes on, once there are enough to tell Ogg, IVF and H.264 from RTP.
void RtpInput::tell(base::Bytes bytes) {
    constexpr std::string_view pattern = "OggS";
    if (!told_) {
        beginning_.insert(beginning_.end(), bytes.begin(), bytes.end());
        if (!bytes.empty() && beginning_.size() < pattern.size())
            return;
        told_ = true;
        if (base::as_text(beginning_).starts_with(pattern))
            ogg_.emplace();
        else if (io::codec::VideoFileReader::recognises(beginning_))
            video_ = std::make_unique<io::codec::VideoFileReader>();
        bytes = beginning_;
    }
    if (ogg_)
        ogg_->feed(bytes);
    else if (video_)
        video_->feed(bytes);
    else if (!bytes.empty())
        reader_.feed(bytes);
}

Outcome<bool> RtpInput::drain_ogg(const Each &each) {
    while (auto rtp = ogg_->next()) {
        ++counts_.packets;
        wire::rtp::CodecSpec opus{"opus", 48000, 2, {}};
        if (ogg_->is_stereo())
            opus.parameters.emplace_back("sprop-stereo", "1");
        named_.insert_or_assign(io::codec::ogg_payload_type, std::move(opus));
        if (auto done = each(*wire::rtp::Packet::parse(*rtp)); !done)
            return tl::unexpected(done.error());
    }
    if (ogg_->damaged() > 0)
        damage_ = fmt::format("{} octets of the Ogg stream were damaged", ogg_->damaged());
    return true;
}

/// False when the file is none, or no longer one.
Outcome<bool> RtpInput::drain_video(const Each &each) {
    for (;;) {
        auto rtp = video_->next();
        if (!rtp) {
            damage_ = rtp.error().text();
            return false;
        }
        if (!*rtp)
            return true;
        ++counts_.packets;
        named_.insert_or_assign(io::codec::video_file_payload_type, video_->codec());
        if (auto done = each(*wire::rtp::Packet::parse(**rtp)); !done)
            return tl::unexpected(done.error());
    }
}

/// False when the framing is lost.
Outcome<bool> RtpInput::drain(const Each &each) {
    for (;;) {
        auto item = reader_.next();
        if (!item) {
            damage_ = base::describe(item.error());
            return false;
        }
        if (!*item)
            return true;
        if ((*item)->kind == wire::rtp::Kind::rtcp) {
            ++counts_.rtcp;
            continue;
        }
        auto packet = wire::rtp::Packet::parse((*item)->bytes);
        if (!packet) {
            ++counts_.damaged;
            continue;
        }
        ++counts_.packets;
        merge_names();
        if (auto done = each(*packet); !done)
            return tl::unexpected(done.error());
    }
}

/// The command line has the last word: over the line's codec of the same name, else for the first payload
/// type that nothing names.
void RtpInput::merge_names() {
    if (merged_)
        return;
    merged_ = true;
    named_ = reader_.announced();
    std::vector<NamedCodec> unplaced;
    for (NamedCodec &codec : codecs_) {
        auto same = std::find_if(named_.begin(), named_.end(), [&codec](const auto &entry) {
            return entry.second.name == codec.spec.name;
        });
        if (codec.payload_type)
            named_.insert_or_assign(*codec.payload_type, codec.spec);
        else if (same != named_.end())
            same->second = codec.spec;
        else
            unplaced.push_back(std::move(codec));
    }
    codecs_ = std::move(unplaced);
}

std::optional<CodecSpec> RtpInput::codec_of(std::uint8_t payload_type) {
    auto found = named_.find(payload_type);
    std::optional<CodecSpec> spec;
    if (found != named_.end()) {
        spec = found->second;
    } else if (!codecs_.empty()) {
        spec = codecs_.front().spec;
        named_.emplace(payload_type, *spec);
        codecs_.erase(codecs_.begin());
    } else {
        spec = wire::rtp::static_codec(payload_type);
    }
    if (!spec) {
        objections_.insert(
            fmt::format("payload type {} is of no known codec (name it with -c)", payload_type));
        return {};
    }
    auto known = io::codec::completed(*spec);
    if (!known) {
        objections_.insert(
            fmt::format("payload type {}, {}: {}", payload_type, spec->text(), known.error().text()));
        return {};
    }
    return *known;
}

} // namespace cord::mediacodec
