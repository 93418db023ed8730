#include "wire/rtp/h264.hpp"

#include <algorithm>

namespace cord::wire::rtp {

namespace {

constexpr std::uint8_t type_bits = 0x1f;
constexpr std::uint8_t importance_bits = 0x60; // NRI
constexpr std::uint8_t forbidden_bit = 0x80;   // F
// RFC 6184 section 5.8, the FU header.
constexpr std::uint8_t fu_start = 0x80;
constexpr std::uint8_t fu_end = 0x40;
constexpr std::size_t max_datagram = 65'000;

/// Section 5.4, table 3: types that a unit in a payload may have; the others are reserved or stand for whole
/// payloads.
bool is_unit_type(std::uint8_t type) { return type >= 1 && type <= 23; }

std::uint8_t type_of(base::Bytes unit) { return unit[0] & type_bits; }

} // namespace

bool is_slice(NalType type) {
    return type == NalType::slice || type == NalType::partition_a || type == NalType::partition_b ||
           type == NalType::partition_c || type == NalType::key_slice;
}

bool can_begin_picture(base::Bytes unit) {
    const NalType type = nal_type(unit);
    if (type == NalType::partition_b || type == NalType::partition_c)
        return false;
    // H.264 section 7.3.3: a slice begins with first_mb_in_slice, an Exp-Golomb number: one bit set says 0.
    return !is_slice(type) || (unit.size() > 1 && (unit[1] & 0x80) != 0);
}

std::vector<base::Bytes> nal_units(base::Bytes stream) {
    std::vector<base::Bytes> out;
    std::size_t begin = stream.size();
    auto end_unit = [&](std::size_t end) {
        // H.264 section B.1.1: zeros may follow a unit, which itself ends in none.
        while (end > begin && stream[end - 1] == 0)
            --end;
        if (end > begin)
            out.push_back(stream.subspan(begin, end - begin));
    };
    for (std::size_t at = 0; at + 3 <= stream.size(); ++at)
        if (stream[at] == 0 && stream[at + 1] == 0 && stream[at + 2] == 1) {
            end_unit(at);
            begin = at + 3;
            at += 2;
        }
    end_unit(stream.size());
    return out;
}

void append_nal_unit(std::vector<std::uint8_t> &stream, base::Bytes unit) {
    stream.insert(stream.end(), {0, 0, 0, 1});
    stream.insert(stream.end(), unit.begin(), unit.end());
}

base::Result<void> H264Unpacker::unpack(base::Bytes payload, std::vector<std::uint8_t> &stream) {
    if (payload.empty())
        return base::fail("an empty payload of H.264");
    const std::uint8_t type = type_of(payload);
    if (type == static_cast<std::uint8_t>(NalType::fu_a))
        return unpack_fu(payload, stream);
    open_ = false;
    if (type == static_cast<std::uint8_t>(NalType::stap_a))
        return unpack_stap(payload, stream);
    if (is_unit_type(type))
        append_nal_unit(stream, payload);
    else if (type > static_cast<std::uint8_t>(NalType::stap_a) && type < 30)
        return base::fail("a payload of H.264's interleaved mode");
    // Section 5.4: the reserved types "MUST be ignored by a receiver".
    return {};
}

base::Result<void> H264Unpacker::unpack_stap(base::Bytes payload, std::vector<std::uint8_t> &stream) {
    base::ByteReader r(payload.subspan(1));
    while (r.left() > 0) {
        // Section 5.7.1: "16-bit unsigned size information … followed by the NAL unit itself".
        const base::Bytes unit = r.take(r.u16());
        if (!r.ok() || unit.empty())
            return base::fail("an aggregation packet of H.264 ends within a unit");
        if (is_unit_type(type_of(unit)))
            append_nal_unit(stream, unit);
    }
    return {};
}

base::Result<void> H264Unpacker::unpack_fu(base::Bytes payload, std::vector<std::uint8_t> &stream) {
    if (payload.size() < 2)
        return base::fail("a fragment of H.264 without its header");
    const std::uint8_t header = payload[1];
    // "The Start bit and End bit MUST NOT both be set": where they are, the unit is whole all the same.
    if ((header & fu_start) != 0) {
        // Section 5.8: the unit's first octet is "conveyed in the F and NRI fields of the FU indicator … and
        // in the type field of the FU header".
        const auto first = static_cast<std::uint8_t>((payload[0] & (forbidden_bit | importance_bits)) |
                                                     (header & type_bits));
        if (!is_unit_type(header & type_bits))
            return base::fail("a fragment of what is no unit of H.264");
        append_nal_unit(stream, {&first, 1});
    } else if (!open_) {
        return base::fail("a fragment of H.264 without the first");
    }
    stream.insert(stream.end(), payload.begin() + 2, payload.end());
    open_ = (header & fu_end) == 0;
    return {};
}

bool H264Unpacker::can_begin(base::Bytes payload) {
    if (payload.empty())
        return false;
    if (nal_type(payload) == NalType::fu_a) {
        if (payload.size() < 3 || (payload[1] & fu_start) == 0)
            return false;
        const std::uint8_t beginning[] = {payload[1], payload[2]};
        return can_begin_picture(beginning);
    }
    if (nal_type(payload) == NalType::stap_a)
        return payload.size() > 3 && can_begin_picture(payload.subspan(3));
    return can_begin_picture(payload);
}

namespace {

/// Gathers units for an aggregation packet, and sends one that stays alone as it is.
class Aggregate {
  public:
    explicit Aggregate(std::vector<std::vector<std::uint8_t>> &out) : out_(out) {}
    ~Aggregate() { flush(); }
    Aggregate(const Aggregate &) = delete;
    Aggregate &operator=(const Aggregate &) = delete;

    void add(base::Bytes unit, std::size_t most) {
        if (octets_ + 2 + unit.size() > most)
            flush();
        units_.push_back(unit);
        octets_ += 2 + unit.size();
    }

    void flush() {
        if (units_.empty())
            return;
        auto &payload = out_.emplace_back();
        if (units_.size() > 1) {
            // Section 5.7: F is set when any unit's is, and NRI "MUST be the maximum of all the NAL units".
            std::uint8_t forbidden = 0, importance = 0;
            for (base::Bytes unit : units_) {
                forbidden |= unit[0] & forbidden_bit;
                importance = std::max<std::uint8_t>(importance, unit[0] & importance_bits);
            }
            base::ByteWriter w(payload);
            w.u8(forbidden | importance | static_cast<std::uint8_t>(NalType::stap_a));
            for (base::Bytes unit : units_) {
                w.u16(static_cast<std::uint16_t>(unit.size()));
                w.bytes(unit);
            }
        } else {
            payload.assign(units_.front().begin(), units_.front().end());
        }
        units_.clear();
        octets_ = 1;
    }

  private:
    std::vector<std::vector<std::uint8_t>> &out_;
    std::vector<base::Bytes> units_;
    std::size_t octets_ = 1; // of the payload they make
};

void append_fragments(base::Bytes unit, std::size_t most, std::vector<std::vector<std::uint8_t>> &out) {
    const std::size_t room = most - 2;
    const base::Bytes rest = unit.subspan(1);
    for (std::size_t at = 0; at < rest.size(); at += room) {
        const base::Bytes piece = rest.subspan(at, std::min(room, rest.size() - at));
        auto &payload = out.emplace_back();
        base::ByteWriter w(payload);
        w.u8(static_cast<std::uint8_t>((unit[0] & ~type_bits) | static_cast<std::uint8_t>(NalType::fu_a)));
        w.u8(static_cast<std::uint8_t>(type_of(unit) | (at == 0 ? fu_start : 0) |
                                       (at + piece.size() == rest.size() ? fu_end : 0)));
        w.bytes(piece);
    }
}

} // namespace

void pack_h264(const std::vector<base::Bytes> &units, PacketizationMode mode, std::size_t most,
               std::vector<std::vector<std::uint8_t>> &out) {
    Aggregate together(out);
    for (base::Bytes unit : units) {
        if (!is_unit_type(type_of(unit)))
            continue;
        // Section 6.2: "STAPs, MTAPs, and FUs MUST NOT be used" in single NAL unit mode. What no datagram can
        // hold could not be sent at all.
        if (mode == PacketizationMode::single_unit && unit.size() <= max_datagram) {
            out.emplace_back(unit.begin(), unit.end());
        } else if (unit.size() > most) {
            together.flush();
            append_fragments(unit, most, out);
        } else {
            together.add(unit, most);
        }
    }
}

} // namespace cord::wire::rtp
