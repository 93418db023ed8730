#include "engine/ng/options.hpp"

#include <array>

#include "base/text.hpp"

namespace cord::engine::ng {
namespace {

using wire::bencode::Dict;
using wire::bencode::Entry;
using wire::bencode::Value;

std::string text_of(const Value &value) {
    if (auto number = value.number())
        return std::to_string(*number);
    return value.text() ? *value.text() : std::string();
}

/// A list, or one string of words between commas.
std::vector<std::string> list_of(const Value &value) {
    std::vector<std::string> out;
    if (auto list = value.list()) {
        for (const Value &item : *list)
            out.push_back(text_of(item));
        return out;
    }
    base::split(text_of(value), ',', [&](std::string_view word) {
        if (!base::trim(word).empty())
            out.emplace_back(base::trim(word));
    });
    return out;
}

/// The profile that a word means: Kamailio's clients write "RTP/SAVPF", but "DTLS" or "SRTP AVPF" too.
bool is_profile(std::string_view word) {
    return base::istarts_with(word, "RTP/") || base::istarts_with(word, "UDP/TLS/RTP/");
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char &c : out)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return out;
}

class Reader {
  public:
    Options read(const Dict &dict) {
        for (const Entry &entry : dict)
            key(entry.key, entry.value);
        return std::move(out_);
    }

  private:
    void key(std::string_view written, const Value &value) {
        const std::string name = spelled(written);
        if (name == "flags")
            for (const std::string &word : list_of(value))
                flag(word);
        else if (name == "rtpp-flags")
            words(text_of(value));
        else if (name == "codec" || name == "codecs")
            codecs(value);
        else if (name == "sdp")
            out_.sdp = text_of(value);
        else if (!identity(name, value) && !media(name, value))
            other(name, value);
    }

    bool identity(std::string_view name, const Value &value) {
        struct Target {
            std::string_view name;
            std::string *into;
        };
        for (const Target &target : {Target{"command", &out_.command}, Target{"call-id", &out_.call_id},
                                     Target{"from-tag", &out_.from_tag}, Target{"to-tag", &out_.to_tag},
                                     Target{"via-branch", &out_.via_branch}})
            if (target.name == name) {
                *target.into = text_of(value);
                return true;
            }
        return false;
    }

    bool media(std::string_view name, const Value &value) {
        struct Target {
            std::string_view name;
            Words *into;
        };
        for (const Target &target :
             {Target{"dtls", &out_.dtls}, Target{"sdes", &out_.sdes}, Target{"rtcp-mux", &out_.rtcp_mux},
              Target{"bundle", &out_.bundle}, Target{"replace", &out_.replace}})
            if (target.name == name) {
                for (const std::string &word : list_of(value))
                    target.into->insert(spelled(word));
                return true;
            }
        if (name == "transport-protocol")
            out_.transport_protocol = upper(text_of(value));
        else if (name == "ice")
            for (const std::string &word : list_of(value))
                ice(spelled(word));
        else
            return false;
        return true;
    }

    void other(std::string_view name, const Value &value) {
        if (name == "address-family")
            out_.ipv6 = base::iequals(text_of(value), "IP6");
        else if (name == "direction")
            out_.direction = list_of(value);
        else if (name == "media-address")
            out_.media_address = base::IpAddress::parse(text_of(value));
        else if (name == "received-from")
            received_from(list_of(value));
        else if (name == "delete-delay")
            number(value, out_.delete_delay);
        else if (name == "record-call")
            record_call(text_of(value));
        else if (name == "metadata")
            out_.metadata = text_of(value);
        else if (name == "limit")
            out_.bad_limit = !number(value, out_.limit) || *out_.limit == 0;
        else if (name == "supports")
            for (const std::string &word : list_of(value))
                out_.understands_load_limit |= spelled(word) == "load-limit";
        else
            participant(name, value);
    }

    /// Whom a command is about, and what it is to do there.
    void participant(std::string_view name, const Value &value) {
        if (name == "label")
            out_.label = text_of(value);
        else if (name == "address")
            out_.address = text_of(value);
        else if (name == "all" && text_of(value) != "none")
            out_.flags.insert("all");
        else if (name == "code" || name == "digit")
            out_.keys = list_of(value);
        else if (name == "duration")
            number(value, out_.duration);
        else if (name == "pause" && base::iequals(text_of(value), "yes"))
            out_.flags.insert("pause");
        else if (name == "pause")
            number(value, out_.pause);
        else if (name == "volume")
            volume(text_of(value));
        else if (name == "dtmf-security")
            out_.dtmf_security = spelled(text_of(value));
    }

    void record_call(std::string_view word) {
        if (base::iequals(word, "yes") || base::iequals(word, "on"))
            out_.record_call = true;
        else if (base::iequals(word, "no") || base::iequals(word, "off"))
            out_.record_call = false;
    }

    /// A level is never above 0 dBm0, and some write it without its sign.
    void volume(std::string_view text) {
        if (text.starts_with('-'))
            text.remove_prefix(1);
        number(Value(text), out_.volume);
    }

    static bool number(const Value &value, std::optional<std::uint32_t> &into) {
        auto read = base::to_uint(text_of(value), UINT32_MAX);
        into = read ? std::optional(static_cast<std::uint32_t>(*read)) : std::nullopt;
        return into.has_value();
    }

    void ice(std::string_view word) {
        if (word == "remove")
            out_.ice = IceWish::remove;
        // We never pass foreign candidates on, so that `optional` and `force-relay` come to the same.
        else if (word == "force" || word == "optional" || word == "force-relay")
            out_.ice = IceWish::force;
    }

    /// [IP4|IP6, address]; OpenSIPS sends an empty list.
    void received_from(const std::vector<std::string> &list) {
        if (list.size() == 2)
            out_.received_from = base::IpAddress::parse(list[1]);
    }

    /// `word key=value key=[a b]`, as Kamailio passes on what its script says.
    void words(std::string_view text) {
        while (!(text = base::trim(text)).empty()) {
            const std::size_t end = word_end(text);
            const auto [name, value] = base::cut(text.substr(0, end), '=');
            if (name.size() == end)
                flag(name);
            else if (value.starts_with('['))
                list(name, value.substr(1, value.size() - 1 - value.ends_with(']')));
            else
                key(name, Value(value));
            text.remove_prefix(end);
        }
    }

    static std::size_t word_end(std::string_view text) {
        int depth = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            if (depth <= 0 && base::is_space(text[i]))
                return i;
        }
        return text.size();
    }

    void list(std::string_view name, std::string_view inside) {
        wire::bencode::List values;
        base::split(inside, ' ', [&](std::string_view word) {
            if (!word.empty())
                values.emplace_back(word);
        });
        key(name, Value(std::move(values)));
    }

    void flag(std::string_view written) {
        const std::string word = spelled(written);
        if (is_profile(word)) {
            out_.transport_protocol = upper(written);
        } else if (word == "webrtc") {
            webrtc();
        } else if (auto [name, value] = base::cut(written, '='); name.size() < written.size()) {
            key(name, Value(value));
        } else if (!prefixed(written, word)) {
            out_.flags.insert(word);
        }
    }

    /// Flags that stand for a word in a list: replace-origin, rtcp-mux-demux, SDES-off, codec-strip-opus.
    bool prefixed(std::string_view written, std::string_view word) {
        struct Prefix {
            std::string_view prefix;
            Words *into;
        };
        for (const Prefix &p : {Prefix{"replace-", &out_.replace}, Prefix{"rtcp-mux-", &out_.rtcp_mux},
                                Prefix{"sdes-", &out_.sdes}, Prefix{"bundle-", &out_.bundle}})
            if (word.starts_with(p.prefix)) {
                p.into->insert(std::string(word.substr(p.prefix.size())));
                return true;
            }
        constexpr std::string_view transcode = "transcode-", codec = "codec-";
        if (word.starts_with(transcode)) {
            out_.codec.transcode.emplace_back(written.substr(transcode.size()));
            return true;
        }
        if (!word.starts_with(codec))
            return false;
        auto [operation, name] = base::cut(written.substr(codec.size()), '-');
        if (CodecNames *into = codec_list(spelled(operation)))
            into->emplace_back(name);
        return true;
    }

    CodecNames *codec_list(std::string_view operation) {
        CodecWishes &c = out_.codec;
        if (operation == "strip")
            return &c.strip;
        if (operation == "except")
            return &c.except;
        if (operation == "offer")
            return &c.offer;
        if (operation == "transcode")
            return &c.transcode;
        if (operation == "mask" || operation == "consume")
            return &c.mask;
        if (operation == "ignore")
            return &c.ignore;
        return nullptr;
    }

    void codecs(const Value &value) {
        if (!value.dict())
            return;
        for (const Entry &entry : *value.dict())
            if (CodecNames *into = codec_list(spelled(entry.key)))
                for (std::string &name : list_of(entry.value))
                    into->push_back(std::move(name));
    }

    /// The one flag that means all that a browser needs.
    void webrtc() {
        out_.transport_protocol = "UDP/TLS/RTP/SAVPF";
        out_.ice = IceWish::force;
        out_.rtcp_mux.insert({"offer", "require"});
        out_.sdes.insert("off");
        out_.flags.insert("generate-mid");
        out_.bundle.insert({"offer", "require"});
    }

    Options out_;
};

} // namespace

std::string spelled(std::string_view word) {
    std::string out = base::lower(word);
    for (char &c : out)
        c = c == ' ' || c == '_' ? '-' : c;
    return out;
}

Options read_options(const Dict &dict) { return Reader().read(dict); }

} // namespace cord::engine::ng
