// Session descriptions (RFC 8866) as values: read tolerantly, changed in place, written in the order the RFC
// asks for. Attributes keep their order and their spelling.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"

namespace cord::wire::sdp {

/// a=NAME or a=NAME:VALUE.
struct Attribute {
    std::string name;
    std::string value;
    bool has_value = false;

    bool operator==(const Attribute &) const = default;
};

/// The attributes of a session or of one m= section, in order.
class Attributes {
  public:
    using Items = std::vector<Attribute>;

    void add(std::string name) { items_.push_back({std::move(name), {}, false}); }
    void add(std::string name, std::string value) {
        items_.push_back({std::move(name), std::move(value), true});
    }
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    /// The first of that name. Names are case-sensitive (RFC 8866 section 6).
    [[nodiscard]] const Attribute *find(std::string_view name) const;
    /// The value of the first of that name, empty when there is none.
    [[nodiscard]] std::string_view value(std::string_view name) const;
    /// The values of all of that name.
    [[nodiscard]] std::vector<std::string_view> values(std::string_view name) const;
    template <class F>
    void remove_if(F &&unwanted) {
        std::erase_if(items_, unwanted);
    }

    [[nodiscard]] Items::const_iterator begin() const { return items_.begin(); }
    [[nodiscard]] Items::const_iterator end() const { return items_.end(); }
    [[nodiscard]] bool empty() const { return items_.empty(); }

    bool operator==(const Attributes &) const = default;

  private:
    Items items_;
};

/// o=
struct Origin {
    std::string username = "-";
    std::string session_id = "0";
    std::string session_version = "0";
    std::string address_type = "IP4";
    std::string address = "0.0.0.0";

    bool operator==(const Origin &) const = default;
};

/// c=, with an address or a name as written.
struct Connection {
    std::string address_type = "IP4";
    std::string address;

    /// Nothing for a name.
    [[nodiscard]] std::optional<base::IpAddress> ip() const { return base::IpAddress::parse(address); }
    [[nodiscard]] static Connection of(const base::IpAddress &ip);
    bool operator==(const Connection &) const = default;
};

/// A line that is kept and not looked into.
struct Line {
    char type = 'i';
    std::string value;

    bool operator==(const Line &) const = default;
};

/// An m= section.
struct Media {
    std::string type; ///< "audio", "video", "application", …
    std::uint16_t port = 0;
    std::uint16_t port_count = 1;
    std::string protocol;             ///< "RTP/AVP", "UDP/TLS/RTP/SAVPF", …
    std::vector<std::string> formats; ///< payload types, for RTP
    std::optional<Connection> connection;
    std::vector<Line> lines; ///< i=, b=, k=
    Attributes attributes;

    [[nodiscard]] bool rejected() const { return port == 0; }
    bool operator==(const Media &) const = default;
};

struct Session {
    Origin origin;
    std::string name = "-";
    std::optional<Connection> connection;
    std::vector<Line> lines; ///< i=, u=, e=, p=, b=, k=
    std::vector<Line> times; ///< t=, r=, z=; "t=0 0" is written when there is none
    Attributes attributes;
    std::vector<Media> media;

    bool operator==(const Session &) const = default;
};

/// Accepts LF for CRLF, lines in any order within a section, trailing blanks, and descriptions without s= or
/// t=. Refused is what cannot be a description: no v=0, no o=, a line without `=`, an m= line that is not
/// one.
[[nodiscard]] base::Result<Session> parse(std::string_view text);

[[nodiscard]] std::string write(const Session &session);

/// What holds for a section: its own c=, else the session's.
[[nodiscard]] const Connection *connection_of(const Session &session, const Media &media);
/// An attribute that may stand in the section or, for all of them, in the session.
[[nodiscard]] std::string_view inherited(const Session &session, const Media &media, std::string_view name);

} // namespace cord::wire::sdp
