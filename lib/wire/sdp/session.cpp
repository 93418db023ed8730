#include "wire/sdp/session.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace cord::wire::sdp {
namespace {

using base::fail;
using base::Result;

/// Takes the next word off; empty when there is none left.
std::string_view take_word(std::string_view &text) {
    const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    text.remove_prefix(end);
    return word;
}

/// Exactly so many words, and nothing behind them.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> words(std::string_view text) {
    std::array<std::string_view, N> out;
    for (std::string_view &word : out)
        if (word = take_word(text); word.empty())
            return std::nullopt;
    return take_word(text).empty() ? std::optional(out) : std::nullopt;
}

/// RFC 8866 section 5.2: <username> <sess-id> <sess-version> <nettype> <addrtype> <unicast-address>
std::optional<Origin> read_origin(std::string_view value) {
    const auto w = words<6>(value);
    if (!w)
        return std::nullopt;
    return Origin{std::string((*w)[0]), std::string((*w)[1]), std::string((*w)[2]), std::string((*w)[4]),
                  std::string((*w)[5])};
}

/// Section 5.7: <nettype> <addrtype> <connection-address>; a multicast TTL after `/` is left out.
std::optional<Connection> read_connection(std::string_view value) {
    const auto w = words<3>(value);
    if (!w || (*w)[0] != "IN")
        return std::nullopt;
    const std::string_view address = base::cut((*w)[2], '/').first;
    if (address.empty())
        return std::nullopt;
    return Connection{std::string((*w)[1]), std::string(address)};
}

/// Section 5.14: <media> <port>[/<number of ports>] <proto> <fmt> ...
std::optional<Media> read_media(std::string_view value) {
    Media media;
    media.type = take_word(value);
    const auto [port, count] = base::cut(take_word(value), '/');
    const auto port_number = base::to_uint(port, UINT16_MAX);
    const auto port_count = count.empty() ? 1 : base::to_uint(count, UINT16_MAX);
    media.protocol = take_word(value);
    if (!port_number || !port_count || media.protocol.empty())
        return std::nullopt;
    media.port = static_cast<std::uint16_t>(*port_number);
    media.port_count = static_cast<std::uint16_t>(*port_count);
    for (std::string_view format = take_word(value); !format.empty(); format = take_word(value))
        media.formats.emplace_back(format);
    return media;
}

void read_attribute(Attributes &attributes, std::string_view value) {
    const std::size_t colon = value.find(':');
    if (colon == std::string_view::npos)
        attributes.add(std::string(value));
    else
        attributes.add(std::string(value.substr(0, colon)), std::string(value.substr(colon + 1)));
}

/// Takes the lines of one description, in whatever order they come.
class Reader {
  public:
    Result<Session> read(std::string_view text) {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            if (const char *reason = line(base::trim(text.substr(at, end - at))))
                return fail(reason, at);
            at = end + 1;
        }
        if (!seen_version_ || !seen_origin_)
            return fail(seen_version_ ? "SDP has no o= line" : "SDP has no v= line", text.size());
        return std::move(session_);
    }

  private:
    /// The reason why the line is refused, or nullptr.
    const char *line(std::string_view text) {
        if (text.empty())
            return nullptr;
        if (text.size() < 2 || text[1] != '=')
            return "SDP line is not TYPE=VALUE";
        const char type = text[0];
        const std::string_view value = base::trim(text.substr(2));
        if (!seen_version_ && type != 'v')
            return "SDP does not begin with v=";
        if (type == 'm')
            return media(value);
        if (type == 'a')
            read_attribute(session_.media.empty() ? session_.attributes : session_.media.back().attributes,
                           value);
        else if (type == 'c')
            return connection(value);
        else if (session_.media.empty())
            return session_line(type, value);
        else if (type == 'i' || type == 'b' || type == 'k')
            session_.media.back().lines.push_back({type, std::string(value)});
        // RFC 8866 section 5: "a parser MUST completely ignore or reject any session description that
        // contains a type letter that it does not understand". Phones send stray letters; the line alone is
        // ignored.
        return nullptr;
    }

    const char *media(std::string_view value) {
        if (session_.media.size() == base::limits::sdp_media)
            return "SDP has too many m= sections";
        auto media = read_media(value);
        if (!media)
            return "m= line is malformed";
        session_.media.push_back(std::move(*media));
        return nullptr;
    }

    const char *connection(std::string_view value) {
        auto read = read_connection(value);
        if (!read)
            return "c= line is malformed";
        auto &place = session_.media.empty() ? session_.connection : session_.media.back().connection;
        if (!place) // the first holds; further ones are a multicast series
            place = std::move(read);
        return nullptr;
    }

    const char *session_line(char type, std::string_view value) {
        if (type == 'v') {
            seen_version_ = true;
            return value == "0" ? nullptr : "SDP version is not 0";
        }
        if (type == 'o') {
            auto origin = read_origin(value);
            if (!origin)
                return "o= line is malformed";
            session_.origin = std::move(*origin);
            seen_origin_ = true;
        } else if (type == 's') {
            session_.name = value.empty() ? "-" : value;
        } else if (type == 't' || type == 'r' || type == 'z') {
            session_.times.push_back({type, std::string(value)});
        } else if (std::string_view("iuepbk").find(type) != std::string_view::npos) {
            session_.lines.push_back({type, std::string(value)});
        }
        return nullptr;
    }

    Session session_;
    bool seen_version_ = false;
    bool seen_origin_ = false;
};

void append(std::string &out, char type, std::string_view value) {
    out += type;
    out += '=';
    out += value;
    out += "\r\n";
}

void append_lines(std::string &out, const std::vector<Line> &lines, std::string_view types) {
    for (const Line &line : lines)
        if (types.find(line.type) != std::string_view::npos)
            append(out, line.type, line.value);
}

void append_connection(std::string &out, const std::optional<Connection> &c) {
    if (c)
        append(out, 'c', "IN " + c->address_type + " " + c->address);
}

void append_attributes(std::string &out, const Attributes &attributes) {
    for (const Attribute &a : attributes)
        append(out, 'a', a.has_value ? a.name + ":" + a.value : a.name);
}

void append_media(std::string &out, const Media &media) {
    std::string line = media.type + " " + std::to_string(media.port);
    if (media.port_count != 1)
        line += "/" + std::to_string(media.port_count);
    line += " " + media.protocol;
    for (const std::string &format : media.formats)
        line += " " + format;
    append(out, 'm', line);
    append_lines(out, media.lines, "i");
    append_connection(out, media.connection);
    append_lines(out, media.lines, "b");
    append_lines(out, media.lines, "k");
    append_attributes(out, media.attributes);
}

} // namespace

const Attribute *Attributes::find(std::string_view name) const {
    auto found =
        std::find_if(items_.begin(), items_.end(), [&](const Attribute &a) { return a.name == name; });
    return found == items_.end() ? nullptr : &*found;
}

std::string_view Attributes::value(std::string_view name) const {
    const Attribute *found = find(name);
    return found ? std::string_view(found->value) : std::string_view();
}

std::vector<std::string_view> Attributes::values(std::string_view name) const {
    std::vector<std::string_view> out;
    for (const Attribute &a : items_)
        if (a.name == name)
            out.push_back(a.value);
    return out;
}

Connection Connection::of(const base::IpAddress &ip) { return {ip.v6 ? "IP6" : "IP4", ip.text()}; }

Result<Session> parse(std::string_view text) { return Reader().read(text); }

std::string write(const Session &session) {
    // RFC 8866 section 5 fixes the order: v o s i u e p c b t r z k a, then the m= sections.
    std::string out = "v=0\r\n";
    const Origin &o = session.origin;
    append(out, 'o',
           o.username + " " + o.session_id + " " + o.session_version + " IN " + o.address_type + " " +
               o.address);
    append(out, 's', session.name);
    append_lines(out, session.lines, "i");
    append_lines(out, session.lines, "u");
    append_lines(out, session.lines, "e");
    append_lines(out, session.lines, "p");
    append_connection(out, session.connection);
    append_lines(out, session.lines, "b");
    if (session.times.empty())
        append(out, 't', "0 0");
    append_lines(out, session.times, "trz");
    append_lines(out, session.lines, "k");
    append_attributes(out, session.attributes);
    for (const Media &media : session.media)
        append_media(out, media);
    return out;
}

const Connection *connection_of(const Session &session, const Media &media) {
    if (media.connection)
        return &*media.connection;
    return session.connection ? &*session.connection : nullptr;
}

std::string_view inherited(const Session &session, const Media &media, std::string_view name) {
    const Attribute *own = media.attributes.find(name);
    return own ? std::string_view(own->value) : session.attributes.value(name);
}

} // namespace cord::wire::sdp
