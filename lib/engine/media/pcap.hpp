// What was overheard, as a capture file: draft-ietf-opsawg-pcap.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "base/time.hpp"

namespace cord::engine::media {

/// The head of a file that holds IP packets.
void append_pcap_header(std::vector<std::uint8_t> &out);
/// A UDP datagram between two addresses of one family, as one record.
void append_pcap_datagram(std::vector<std::uint8_t> &out, base::UnixTime at, const base::Endpoint &from,
                          const base::Endpoint &to, base::Bytes payload);

} // namespace cord::engine::media
