#include "io/resolve/rdata.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cord::io::resolve {
namespace {

using engine::resolve::DnsRecord;
using engine::resolve::Naptr;
using engine::resolve::RecordType;
using engine::resolve::Srv;

std::string take_string(base::ByteReader &in) { return std::string(base::as_text(in.take(in.u8()))); }

std::string take_name(base::ByteReader &in) {
    std::string out;
    // A length of 64 and more is a pointer of compression: reading past the end then makes the whole fail.
    for (std::size_t n = in.u8(); in.ok() && n != 0; n = in.u8())
        out += (out.empty() ? "" : ".") + base::lower(base::as_text(in.take(n < 64 ? n : in.left() + 1)));
    return out;
}

std::optional<DnsRecord> parse_address(base::Bytes data, bool v6) {
    base::IpAddress ip;
    ip.v6 = v6;
    if (data.size() != (v6 ? 16U : 4U))
        return std::nullopt;
    std::copy(data.begin(), data.end(), ip.bytes.begin());
    return ip;
}

std::optional<DnsRecord> parse_srv(base::ByteReader in) {
    Srv srv;
    srv.priority = in.u16();
    srv.weight = in.u16();
    srv.port = in.u16();
    srv.target = take_name(in);
    return in.ok() && in.left() == 0 ? std::optional<DnsRecord>(std::move(srv)) : std::nullopt;
}

std::optional<DnsRecord> parse_naptr(base::ByteReader in) {
    Naptr naptr;
    naptr.order = in.u16();
    naptr.preference = in.u16();
    naptr.flags = take_string(in);
    naptr.service = take_string(in);
    take_string(in); // the regular expression, which RFC 3263 does not use
    naptr.replacement = take_name(in);
    return in.ok() && in.left() == 0 ? std::optional<DnsRecord>(std::move(naptr)) : std::nullopt;
}

} // namespace

std::optional<DnsRecord> parse_rdata(RecordType type, base::Bytes data) {
    switch (type) {
    case RecordType::a: return parse_address(data, false);
    case RecordType::aaaa: return parse_address(data, true);
    case RecordType::srv: return parse_srv(base::ByteReader(data));
    case RecordType::naptr: return parse_naptr(base::ByteReader(data));
    }
    return std::nullopt;
}

} // namespace cord::io::resolve
