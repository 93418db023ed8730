// AMR and AMR-WB (RFC 4867) over libraries that take and give frames in the form of files: an octet with the
// frame type, then the speech. What differs between the two is a `Band`.
#pragma once

#include <array>

#include "base/text.hpp"
#include "io/codec/frames.hpp"
#include "wire/rtp/amr.hpp"

namespace cord::io::codec {

/// RFC 4867 section 8.1: how the parameters lay a payload out. CRCs, robust sorting and interleaving change
/// the layout; nobody offers them any more.
[[nodiscard]] inline base::Result<wire::rtp::AmrLayout> amr_layout(const CodecSpec &spec,
                                                                   wire::rtp::AmrBand band) {
    if (spec.number("crc").value_or(0) != 0 || spec.number("robust-sorting").value_or(0) != 0 ||
        spec.parameter("interleaving"))
        return base::fail("AMR with crc, robust-sorting or interleaving is not known here");
    return wire::rtp::AmrLayout{band, spec.number("octet-align") == 1};
}

/// The modes that `mode-set` allows, which "MUST be abided"; without one, all.
[[nodiscard]] inline base::Result<std::vector<std::uint8_t>> amr_modes(const CodecSpec &spec,
                                                                       std::uint8_t highest) {
    std::vector<std::uint8_t> modes;
    auto set = spec.parameter("mode-set");
    for (std::uint8_t mode = 0; !set && mode <= highest; ++mode)
        modes.push_back(mode);
    base::split(set.value_or(""), ',', [&](std::string_view word) {
        if (auto mode = base::to_uint(word, highest))
            modes.push_back(static_cast<std::uint8_t>(*mode));
    });
    if (modes.empty())
        return base::fail("the mode-set of AMR names no mode");
    std::sort(modes.begin(), modes.end());
    return modes;
}

template <class Band>
class AmrSound final : public Decoder {
  public:
    explicit AmrSound(wire::rtp::AmrLayout layout) : layout_(layout) {}
    PcmFormat format() const override { return Band::format; }

    base::Result<void> decode(base::Bytes payload, Pcm &out) override {
        auto parsed = wire::rtp::parse_amr(payload, layout_);
        if (!parsed)
            return tl::unexpected(parsed.error());
        // Section 4.3.1: a "CMR value that is not a speech mode or NO_DATA … MUST be ignored".
        if (parsed->mode_request <= Band::highest_mode ||
            parsed->mode_request == wire::rtp::AmrPayload::no_request)
            mode_request_ = parsed->mode_request;
        // Section 4.3.2: a frame that is not good is "severely damaged".
        for (const wire::rtp::AmrFrame &frame : parsed->frames)
            run(frame.good ? frame : wire::rtp::AmrFrame{}, out);
        return {};
    }

    void conceal(std::size_t frames, base::Bytes, Pcm &out) override {
        fill_by_frames(frames, out, [this](Pcm &pcm) { run({}, pcm); });
    }
    std::optional<std::uint8_t> mode_request() const override { return mode_request_; }

  private:
    /// The libraries guess a frame that has no data.
    void run(const wire::rtp::AmrFrame &frame, Pcm &out) {
        std::array<std::uint8_t, Band::max_octets> octets{static_cast<std::uint8_t>(frame.type << 3 | 4)};
        std::copy(frame.speech.begin(), frame.speech.end(), octets.begin() + 1);
        out.resize(out.size() + Band::samples);
        decoder_.decode(octets.data(), out.data() + out.size() - Band::samples);
    }

    wire::rtp::AmrLayout layout_;
    std::optional<std::uint8_t> mode_request_;
    typename Band::Decoder decoder_;
};

template <class Band>
class AmrPayloads final : public Encoder {
  public:
    AmrPayloads(wire::rtp::AmrLayout layout, std::vector<std::uint8_t> modes, bool dtx, std::size_t frames)
        : layout_(layout), modes_(std::move(modes)), frames_(frames), encoder_(dtx) {}
    PcmFormat format() const override { return Band::format; }
    std::size_t payload_frames() const override { return frames_ * Band::samples; }

    base::Result<void> encode(PcmView pcm, std::vector<std::uint8_t> &out) override {
        wire::rtp::AmrPayload payload;
        for (; !pcm.empty(); pcm = pcm.subspan(Band::samples)) {
            std::array<std::uint8_t, Band::max_octets> octets{};
            const int n = encoder_.encode(mode_, pcm.data(), octets.data());
            payload.frames.push_back({static_cast<std::uint8_t>(octets[0] >> 3 & 0x0f),
                                      true,
                                      {octets.begin() + 1, octets.begin() + std::max(n, 1)}});
        }
        // Section 4.3.2: frames of "only NO_DATA … at the end of a packet SHOULD NOT be transmitted".
        while (!payload.frames.empty() && payload.frames.back().type == wire::rtp::AmrFrame::no_data)
            payload.frames.pop_back();
        if (!payload.frames.empty())
            wire::rtp::append_amr(out, payload, layout_);
        return {};
    }

    /// Section 4.3.1: the encoder "SHOULD follow a received codec mode request", but a value "outside the
    /// signalled subset of modes … MUST be ignored".
    void request_mode(std::uint8_t mode) override {
        if (mode == wire::rtp::AmrPayload::no_request)
            mode_ = modes_.back();
        else if (std::binary_search(modes_.begin(), modes_.end(), mode))
            mode_ = mode;
    }

  private:
    wire::rtp::AmrLayout layout_;
    std::vector<std::uint8_t> modes_; // allowed ones, the highest last
    int mode_ = modes_.back();
    std::size_t frames_;
    typename Band::Encoder encoder_;
};

template <class Band>
base::Result<std::unique_ptr<Decoder>> make_amr_sound(const CodecSpec &spec) {
    return amr_layout(spec, Band::band).map([](wire::rtp::AmrLayout layout) -> std::unique_ptr<Decoder> {
        return std::make_unique<AmrSound<Band>>(layout);
    });
}

template <class Band>
base::Result<std::unique_ptr<Encoder>> make_amr_payloads(const CodecSpec &spec) {
    auto layout = amr_layout(spec, Band::band);
    auto modes = amr_modes(spec, Band::highest_mode);
    auto frames = frames_per_payload(spec, 20);
    if (!layout)
        return tl::unexpected(layout.error());
    if (!modes)
        return tl::unexpected(modes.error());
    if (!frames)
        return tl::unexpected(frames.error());
    return std::make_unique<AmrPayloads<Band>>(*layout, std::move(*modes), spec.number("usedtx") == 1,
                                               *frames);
}

} // namespace cord::io::codec
