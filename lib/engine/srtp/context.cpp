#include "engine/srtp/context.hpp"

#include <optional>
#include <vector>

#include "base/limits.hpp"
#include "engine/srtp/replay.hpp"
#include "engine/srtp/transform.hpp"
#include "wire/rtp/packet.hpp"

namespace cord::engine::srtp {
namespace {

constexpr std::size_t rtcp_clear = 8; // RFC 3711 section 3.4: the first header and its SSRC

struct Source {
    std::uint32_t ssrc = 0;
    // RFC 3711 section 3.3.2 asks for 64 at least; retransmissions of video come late, libwebrtc has 1024.
    ReplayWindow<1024> rtp;
    ReplayWindow<128> rtcp;
    std::uint32_t next_rtcp_index = 1;
};

std::unique_ptr<Transform> make(const SuiteFacts &suite, const SessionKeys &keys, Direction direction,
                                std::size_t tag) {
    const bool gcm = suite.suite == Suite::aead_aes_128_gcm || suite.suite == Suite::aead_aes_256_gcm;
    return gcm ? make_gcm(suite, keys, direction) : make_counter_mode(suite, keys, tag);
}

} // namespace

class Context::State {
  public:
    State(const MasterKey &key, Direction direction) : suite_(facts(key.suite())) {
        const BothSessionKeys keys = derive(key);
        rtp_ = make(suite_, keys.rtp, direction, suite_.rtp_tag);
        rtcp_ = make(suite_, keys.rtcp, direction, suite_.rtcp_tag);
    }

    Fault protect_rtp(Packet &packet) {
        Job job = job_of(packet, wire::rtp::clear_size(packet.bytes()).value_or(0), 8);
        if (job.clear == 0)
            return Fault::malformed;
        Source *source = source_to_send(job.ssrc);
        if (source == nullptr)
            return Fault::too_many;
        const std::uint16_t sequence = base::load16(job.data + 2);
        job.index = source->rtp.empty() ? sequence : index_of(sequence, source->rtp.highest());
        // A second packet with one index would be encrypted by the same key stream.
        if (!source->rtp.is_fresh(job.index))
            return Fault::replayed;
        source->rtp.note(job.index);
        rtp_->seal_rtp(job);
        packet.size = job.size;
        return Fault::none;
    }

    Fault unprotect_rtp(Packet &packet) {
        Job job = job_of(packet, wire::rtp::clear_size(packet.bytes()).value_or(0), 8);
        if (job.clear == 0 || job.size < job.clear + suite_.rtp_tag)
            return Fault::malformed;
        std::optional<Source> fresh; // remembered after its tag has held
        Source *known = find(job.ssrc);
        Source &source = known != nullptr ? *known : fresh.emplace(Source{job.ssrc});
        const std::uint16_t sequence = base::load16(job.data + 2);
        job.index = source.rtp.empty() ? sequence : index_of(sequence, source.rtp.highest());
        if (!source.rtp.is_fresh(job.index))
            return Fault::replayed;
        if (!rtp_->open_rtp(job))
            return Fault::forged;
        source.rtp.note(job.index);
        packet.size = job.size;
        return fresh ? remember(*fresh) : Fault::none;
    }

    Fault protect_rtcp(Packet &packet) {
        if (!is_rtcp(packet, 0))
            return Fault::malformed;
        Job job = job_of(packet, rtcp_clear, 4);
        Source *source = source_to_send(job.ssrc);
        if (source == nullptr)
            return Fault::too_many;
        job.index = source->next_rtcp_index++;
        rtcp_->seal_rtcp(job);
        packet.size = job.size;
        return Fault::none;
    }

    Fault unprotect_rtcp(Packet &packet) {
        if (!is_rtcp(packet, std::size_t{suite_.rtcp_tag} + 4))
            return Fault::malformed;
        Job job = job_of(packet, rtcp_clear, 4);
        std::optional<Source> fresh; // remembered after its tag has held
        Source *known = find(job.ssrc);
        Source &source = known != nullptr ? *known : fresh.emplace(Source{job.ssrc});
        const std::uint32_t word = base::load32(job.data + rtcp_->index_word_at(job.size));
        job.index = word & ~encrypted_bit;
        if (!source.rtcp.is_fresh(job.index))
            return Fault::replayed;
        if (!rtcp_->open_rtcp(job, word))
            return Fault::forged;
        source.rtcp.note(job.index);
        packet.size = job.size;
        return fresh ? remember(*fresh) : Fault::none;
    }

  private:
    static bool is_rtcp(const Packet &packet, std::size_t trailer) {
        return packet.size >= rtcp_clear + trailer && packet.data[0] >> 6 == 2;
    }

    static Job job_of(const Packet &packet, std::size_t clear, std::size_t ssrc_at) {
        return {packet.data, packet.size, clear, clear == 0 ? 0 : base::load32(packet.data + ssrc_at), 0};
    }

    [[nodiscard]] Source *find(std::uint32_t ssrc) {
        if (last_ < sources_.size() && sources_[last_].ssrc == ssrc)
            return &sources_[last_];
        for (last_ = 0; last_ < sources_.size(); ++last_)
            if (sources_[last_].ssrc == ssrc)
                return &sources_[last_];
        return nullptr;
    }

    [[nodiscard]] Source *source_to_send(std::uint32_t ssrc) {
        Source *known = find(ssrc);
        if (known == nullptr && remember(Source{ssrc}) == Fault::none)
            known = &sources_.back();
        return known;
    }

    [[nodiscard]] Fault remember(const Source &source) {
        if (sources_.size() == base::limits::srtp_sources)
            return Fault::too_many;
        sources_.push_back(source);
        return Fault::none;
    }

    const SuiteFacts &suite_;
    std::unique_ptr<Transform> rtp_;
    std::unique_ptr<Transform> rtcp_;
    std::vector<Source> sources_;
    std::size_t last_ = 0; // the source of the packet before: most often that of the next, too
};

Context::Context(const MasterKey &key, Direction direction)
    : state_(std::make_unique<State>(key, direction)) {}
Context::~Context() = default;
Context::Context(Context &&) noexcept = default;
Context &Context::operator=(Context &&) noexcept = default;

Fault Context::protect_rtp(Packet &packet) { return state_->protect_rtp(packet); }
Fault Context::protect_rtcp(Packet &packet) { return state_->protect_rtcp(packet); }
Fault Context::unprotect_rtp(Packet &packet) { return state_->unprotect_rtp(packet); }
Fault Context::unprotect_rtcp(Packet &packet) { return state_->unprotect_rtcp(packet); }

} // namespace cord::engine::srtp
