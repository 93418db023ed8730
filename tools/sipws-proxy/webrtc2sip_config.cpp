#include "webrtc2sip_config.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "wire/xml/reader.hpp"

namespace cord::tools::sipws_proxy {
namespace {

namespace xml = wire::xml;
using io::cli::ConfigFile;
using Wrong = tl::unexpected<std::string>;
using IsOption = std::function<bool(std::string_view)>;

struct Element {
    std::string name, text;
    int line = 0;
};

/// The root, and the elements right below it with the text in them.
struct Document {
    std::string root;
    std::vector<Element> elements;
};

int line_at(std::string_view text, std::size_t offset) {
    return 1 + static_cast<int>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

/// The error is "LINE: what is wrong there".
base::Result<Document, std::string> parse(std::string_view text) {
    using Kind = xml::Token::Kind;
    Document document;
    std::vector<std::string> open;
    const auto fault = [&](std::size_t at, std::string_view what) {
        return Wrong(fmt::format("{}: {}", line_at(text, at), what));
    };
    for (xml::Reader reader(text);;) {
        auto token = reader.next();
        if (!token)
            return fault(token.error().at, token.error().text());
        if (token->kind == Kind::start) {
            if (open.empty())
                document.root = token->text;
            else if (open.size() == 1)
                document.elements.push_back({token->text, "", line_at(text, reader.offset())});
            open.push_back(token->text);
        } else if (token->kind == Kind::text) {
            if (open.size() == 2)
                document.elements.back().text += token->text;
        } else if (token->kind == Kind::end) {
            if (open.empty() || open.back() != token->text)
                return fault(reader.offset(), fmt::format("</{}> ends nothing", token->text));
            open.pop_back();
        } else {
            return open.empty() ? base::Result<Document, std::string>(std::move(document))
                                : fault(text.size(), fmt::format("<{}> has no end", open.back()));
        }
    }
}

struct Advice {
    std::string_view keys, instead;
};

/// Keys that do nothing here, and who does what they did.
constexpr Advice advices[] = {
    {"enable-rtp-symetric", "rtc-breaker always sends where media come from"},
    {"enable-100rel", "PRACK passes between the parties"},
    {"enable-media-coder codecs codec-opus-maxrates",
     "rtc-breaker translates where both sides have no codec in common"},
    {"enable-videojb avpf-tail-length video-size-pref",
     "browsers see to that themselves, rtc-breaker relays"},
    {"rtp-buffsize", "the kernel's own sizes do"},
    {"srtp-mode srtp-type",
     "each side gets what it speaks; --bridge says which calls go through rtc-breaker"},
    {"dtmf-type",
     "keys in INFO become telephone events (RFC 4733) where the other side takes them, else they pass"},
    {"stun-server enable-icestun", "rtc-breaker --interface ADDR!ADVERTISED names the public address"},
    {"max-fds", "as many are used as the system allows"},
    {"database account-mail account-sip-caller account-http-domain account-recaptcha",
     "click-to-call is not offered"}};

std::optional<std::string_view> instead_of(std::string_view key) {
    for (const Advice &advice : advices) {
        bool named = false;
        base::split(advice.keys, ' ', [&](std::string_view word) { named |= word == key; });
        if (named)
            return advice.instead;
    }
    return std::nullopt;
}

class Translation {
  public:
    Translation(std::string path, const IsOption &is_option)
        : path_(std::move(path)), is_option_(is_option) {}

    /// The error is a whole sentence.
    base::Result<void, std::string> take(const Element &element) {
        const std::string value(base::trim(element.text));
        if (element.name == "transport")
            take_transport(value, element.line);
        else if (element.name == "ssl-certificates")
            take_certificates(value, element.line);
        else if (element.name == "nameserver")
            take_nameserver(value, element.line);
        else if (element.name == "debug-level")
            return take_level(value, element.line);
        else if (auto instead = instead_of(element.name))
            ignore(element.name, *instead);
        else if (is_option_(element.name))
            option(element.name, value, element.line);
        else
            ignore(element.name, "neither webrtc2sip nor sipws-proxy has such a key");
        return {};
    }

    /// Says what does nothing, before the level may keep that back.
    ConfigFile finish() {
        if (!ignored_.empty())
            base::log::warning("config", "{}: not used here: {}", path_, text_of_ignored());
        if (level_)
            base::log::set_level(*level_);
        return ConfigFile::of(path_, std::move(lines_));
    }

  private:
    void option(std::string key, std::string_view value, int line) {
        lines_.push_back({"", std::move(key), std::string(value), line});
    }

    void take_transport(const std::string &value, int line) {
        if (value.starts_with("c2c"))
            return ignore("transport " + std::string(base::cut(value, ';').first),
                          "click-to-call is not offered");
        option("listen", value, line);
    }

    /// `private;public;ca;verify`, with * for none.
    void take_certificates(const std::string &value, int line) {
        std::vector<std::string_view> parts;
        base::split(value, ';', [&](std::string_view part) { parts.push_back(base::trim(part)); });
        parts.resize(std::max<std::size_t>(parts.size(), 4));
        const auto named = [](std::string_view part) { return !part.empty() && part != "*"; };
        if (named(parts[1]))
            option("tls-cert", parts[1], line);
        if (named(parts[0]) && named(parts[1]))
            option("tls-key", parts[0], line);
        if (named(parts[2]))
            option("tls-ca", parts[2], line);
        if (parts[3] == "yes")
            ignore("ssl-certificates verify", "a client without a certificate proves itself by password");
    }

    void take_nameserver(const std::string &value, int line) {
        const bool first =
            std::none_of(lines_.begin(), lines_.end(), [](const auto &l) { return l.key == "dns"; });
        if (first)
            option("dns", value, line);
        else
            ignore("nameserver " + value, "the first is asked, or without any those of the system");
    }

    base::Result<void, std::string> take_level(std::string_view value, int line) {
        using base::log::Level;
        for (auto [name, level] : {std::pair{"INFO", Level::info},
                                   {"WARN", Level::warning},
                                   {"ERROR", Level::error},
                                   {"FATAL", Level::error}})
            if (value == name) {
                level_ = level;
                return {};
            }
        return Wrong(
            fmt::format("{}:{}: debug-level is INFO, WARN, ERROR or FATAL, not '{}'", path_, line, value));
    }

    /// Keys with the same advice stand together.
    void ignore(std::string key, std::string_view why) {
        auto same =
            std::find_if(ignored_.begin(), ignored_.end(), [&](const auto &i) { return i.second == why; });
        if (same == ignored_.end())
            ignored_.emplace_back(std::move(key), why);
        else if (same->first.find(key) == std::string::npos)
            same->first += ", " + key;
    }

    [[nodiscard]] std::string text_of_ignored() const {
        std::string out;
        for (const auto &[keys, why] : ignored_)
            out += fmt::format("{}{} ({})", out.empty() ? "" : "; ", keys, why);
        return out;
    }

    std::string path_;
    const IsOption &is_option_;
    std::vector<ConfigFile::Line> lines_;
    std::vector<std::pair<std::string, std::string>> ignored_;
    std::optional<base::log::Level> level_;
};

} // namespace

base::Result<std::optional<ConfigFile>, std::string>
read_webrtc2sip_config(std::string_view text, const std::string &path, const IsOption &is_option) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    if (!base::trim(text).starts_with('<'))
        return std::nullopt;
    auto document = parse(text);
    if (!document)
        return Wrong(fmt::format("{}:{}", path, document.error()));
    if (document->root != "config")
        return Wrong(
            fmt::format("{}: webrtc2sip's configuration is a <config>, not a <{}>", path, document->root));
    Translation translation(path, is_option);
    for (const Element &element : document->elements)
        if (auto taken = translation.take(element); !taken)
            return Wrong(taken.error());
    return translation.finish();
}

} // namespace cord::tools::sipws_proxy
