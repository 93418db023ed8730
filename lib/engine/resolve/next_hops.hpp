// RFC 3263: from a SIP URI to the addresses where its next hop is reached, best first.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "engine/resolve/dns.hpp"
#include "engine/transaction/flow.hpp"
#include "wire/sip/uri.hpp"

namespace cord::engine::resolve {

using Transport = transaction::Transport;

/// One address to try.
struct Hop {
    Transport transport = Transport::udp;
    base::Endpoint address;

    auto operator<=>(const Hop &) const = default;
};

/// What of the next hop counts for its place (RFC 3263 section 4: TARGET, port and transport).
struct Destination {
    std::string host; ///< A maddr parameter before the host; without brackets.
    std::optional<std::uint16_t> port;
    std::optional<Transport> transport; ///< As the URI names it.
    bool secure = false;                ///< A sips URI: TLS at each hop.

    bool operator==(const Destination &) const = default;
    /// Nothing for a URI of another scheme or with a transport that nobody knows.
    [[nodiscard]] static std::optional<Destination> of(const wire::sip::Uri &uri);
};

/// What we can use ourselves.
struct Reach {
    bool udp = true;
    bool tcp = true;
    bool tls = true;
    bool ipv4 = true;
    bool ipv6 = true;

    [[nodiscard]] bool has(Transport t) const;
};

/// A search for one destination. Ask what `take_questions()` gives, until it is `done()`; then `hops()` are
/// the addresses in the order to try them, none when there is no such place. A question is never asked twice.
class NextHops {
  public:
    /// Draws from `random` for the weights of SRV records; done at once for an address.
    NextHops(Destination destination, Reach reach, base::Random &random);

    [[nodiscard]] std::vector<DnsQuestion> take_questions();
    void answer(const DnsQuestion &question, DnsAnswer answer);

    [[nodiscard]] bool done() const { return waiting_.empty(); }
    [[nodiscard]] std::vector<Hop> hops() const;
    /// Whether a server failed, so that no hops does not mean that there are none.
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    /// A service name to look up, or (port set) a host whose addresses are wanted.
    struct Candidate {
        Transport transport;
        std::string name;
        std::optional<std::uint16_t> port;

        [[nodiscard]] bool is_service() const { return !port.has_value(); }
    };

    void ask(RecordType type, const std::string &name);
    void ask_services();
    void ask_addresses(const std::string &host);
    void on_naptr(const std::vector<DnsRecord> &records);
    void on_srv(const std::string &name, const std::vector<DnsRecord> &records);
    void fall_back_to_host();
    [[nodiscard]] std::vector<Srv> in_order(std::vector<Srv> records);
    [[nodiscard]] Transport usual_transport() const;

    Destination destination_;
    Reach reach_;
    base::Random &random_;
    std::vector<Candidate> candidates_; ///< In the order to try.
    std::set<DnsQuestion> asked_, waiting_;
    std::vector<DnsQuestion> fresh_;
    std::map<std::string, std::vector<base::IpAddress>, std::less<>> v4_, v6_;
    bool failed_ = false;
    bool unavailable_ = false; ///< An SRV record said "." (RFC 2782): nothing else is tried.
};

} // namespace cord::engine::resolve
