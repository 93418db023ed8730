#include "engine/media/reports.hpp"

#include <fmt/format.h>

#include "wire/rtp/rtcp.hpp"

namespace cord::engine::media {
namespace {

using std::chrono::duration_cast;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// RFC 3550 section 6.4.1: a sender without wallclock time may use the time since some beginning instead.
std::uint64_t ntp(base::Time now) {
    const auto since = now.time_since_epoch();
    const auto whole = duration_cast<seconds>(since);
    const auto rest = static_cast<std::uint64_t>(duration_cast<nanoseconds>(since - whole).count());
    return static_cast<std::uint64_t>(whole.count()) << 32 | (rest << 32) / 1'000'000'000;
}

/// "[The RTP timestamp] corresponds to the same time as the NTP timestamp": that of the last packet, and what
/// has passed since.
std::uint32_t timestamp_at(const Made &made, base::Time now) {
    const auto passed = duration_cast<nanoseconds>(now - made.last).count();
    return made.timestamp + static_cast<std::uint32_t>(passed * made.clock_rate / 1'000'000'000);
}

void send_report(Side &side, Stream &stream, std::uint32_t own_ssrc, base::Time now, Outbox &out) {
    std::vector<wire::rtp::ReportBlock> blocks;
    if (stream.payloads.transcoder() != 0)
        if (auto block = stream.reception.report(now))
            blocks.push_back(*block);
    std::vector<std::uint8_t> bytes(head_room);
    const std::uint32_t ssrc = stream.made ? stream.made->ssrc : own_ssrc;
    // RFC 3550 section 6.4: an SR is issued if data packets have been sent during the interval since the last
    // report or the one before, else an RR.
    if (stream.made && now - stream.made->last < 2 * report_interval)
        wire::rtp::append_sender_report(
            bytes,
            {ssrc, ntp(now), timestamp_at(*stream.made, now), stream.made->packets, stream.made->octets},
            blocks);
    else if (!blocks.empty())
        wire::rtp::append_receiver_report(bytes, ssrc, blocks);
    else
        return;
    wire::rtp::append_cname(bytes, ssrc, fmt::format("{:08x}", own_ssrc));
    Datagram datagram = out.keep_with_room(std::move(bytes));
    (void)side.transports[stream.plan.transport].send(Content::rtcp, datagram, out);
}

} // namespace

void add_up(std::optional<Made> &so_far, Made packet) {
    if (so_far && so_far->ssrc == packet.ssrc) {
        packet.packets += so_far->packets;
        packet.octets += so_far->octets;
    }
    so_far = packet;
}

bool needs_reports(const Side &side) {
    for (const std::optional<Stream> &stream : side.streams)
        if (stream && stream->payloads.transcoder() != 0)
            return true;
    return false;
}

void send_reports(Side &side, std::uint32_t own_ssrc, base::Time now, Outbox &out) {
    for (std::optional<Stream> &stream : side.streams)
        if (stream && (stream->made || stream->payloads.transcoder() != 0))
            send_report(side, *stream, own_ssrc, now, out);
}

} // namespace cord::engine::media
