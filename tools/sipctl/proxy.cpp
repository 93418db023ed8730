#include "proxy.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "io/cli/exit_code.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/names.hpp"

namespace cord::tools::sipctl {

using nlohmann::json;
namespace names = io::rpc::names;

namespace {

template <class T>
T value(const json &object, const char *key, T otherwise) {
    auto found = object.find(key);
    try {
        return found == object.end() ? otherwise : found->get<T>();
    } catch (const json::exception &) { // of another type
        return otherwise;
    }
}

/// Kamailio writes "[not set]" where there is nothing.
std::string text(const json &object, const char *key) {
    std::string found = value<std::string>(object, key, "");
    return found == "[not set]" ? std::string() : found;
}

std::string inside_brackets(std::string s) {
    return s.size() > 2 && s.front() == '<' && s.back() == '>' ? s.substr(1, s.size() - 2) : s;
}

Contact read_contact(const std::string &aor, const json &c) {
    auto [user, domain] = base::cut(aor, '@');
    const std::string socket = text(c, "Socket");
    return {std::string(user),
            std::string(domain),
            text(c, "Address"),
            text(c, "Received"),
            std::string(base::cut(socket, ':').first),
            value<std::int64_t>(c, "Expires", 0),
            value<double>(c, "Q", -1),
            text(c, "User-Agent"),
            inside_brackets(text(c, "Instance")),
            text(c, "Node"),
            c.contains("State") ? std::optional(text(c, "State") != "CS_OFFLINE") : std::nullopt};
}

/// Calls a method and hands its result, parsed, to `read`; what the daemon sends is outside input, too.
template <class T, class F>
Outcome<T> ask(const Context &context, io::rpc::Client &proxy, const char *method,
               const std::vector<std::string> &params, F &&read) {
    auto answer = proxy.call(method, params);
    if (!answer)
        return context.refuse(answer.error());
    try {
        return read(json::parse(*answer));
    } catch (const json::exception &) {
        return context.refuse(io::cli::unavailable,
                              std::string("the proxy's answer to ") + method + " is not understood");
    }
}

} // namespace

Outcome<std::vector<Contact>> contacts(const Context &context, io::rpc::Client &proxy) {
    return ask<std::vector<Contact>>(context, proxy, names::dump_bindings, {}, [](const json &result) {
        std::vector<Contact> all;
        for (const json &domain : result.at("Domains"))
            for (const json &aor : domain.at("Domain").at("AoRs"))
                for (const json &contact : aor.at("Info").at("Contacts"))
                    all.push_back(
                        read_contact(aor.at("Info").at("AoR").get<std::string>(), contact.at("Contact")));
        return all;
    });
}

Outcome<std::vector<Call>> calls(const Context &context, io::rpc::Client &proxy) {
    return ask<std::vector<Call>>(context, proxy, names::calls, {}, [](const json &result) {
        std::vector<Call> all;
        for (const json &c : result)
            all.push_back({text(c, "id"), text(c, "call_id"), text(c, "from"), text(c, "to"),
                           text(c, "state"), value<std::int64_t>(c, "duration", 0),
                           value<bool>(c, "bridged", false), text(c, "codecs")});
        return all;
    });
}

Outcome<std::vector<Statistic>> statistics(const Context &context, io::rpc::Client &proxy,
                                           const std::vector<std::string> &wanted) {
    std::vector<std::string> params;
    for (const std::string &name : wanted)
        params.push_back(io::rpc::json_string(name));
    if (params.empty())
        params.push_back(io::rpc::json_string("all"));
    return ask<std::vector<Statistic>>(context, proxy, names::statistics, params, [](const json &result) {
        std::vector<Statistic> all;
        for (const json &line : result) {
            const std::string both = line.get<std::string>();
            auto [name, number] = base::cut(both, '=');
            all.emplace_back(base::trim(name), base::trim(number));
        }
        return all;
    });
}

Outcome<std::map<std::string, std::string>> trunk_states(const Context &context, io::rpc::Client &proxy) {
    using States = std::map<std::string, std::string>;
    return ask<States>(context, proxy, names::trunks, {}, [](const json &result) {
        States all;
        for (const json &trunk : result)
            all[text(trunk, "trunk")] = text(trunk, "state");
        return all;
    });
}

Contact contact_of(const engine::locate::Row &row, base::UnixTime now) {
    auto left = std::chrono::duration_cast<std::chrono::seconds>(row.expires - now).count();
    return {row.username,
            row.domain,
            row.contact,
            row.received,
            std::string(base::cut(row.socket, ':').first),
            left,
            row.q,
            row.user_agent,
            inside_brackets(row.instance),
            ""};
}

std::string readable(const std::string &text, bool one_line) {
    const json value = json::parse(text, nullptr, false);
    if (value.is_discarded() || one_line)
        return text;
    return value.is_string() ? value.get<std::string>() : value.dump(2);
}

std::string json_of_argument(const std::string &argument) {
    if (argument.starts_with("s:"))
        return io::rpc::json_string(std::string_view(argument).substr(2));
    const std::string number = argument.starts_with("i:") ? argument.substr(2) : argument;
    const json value = json::parse(number, nullptr, false);
    const bool literal = value.is_number() || value.is_object() || value.is_array();
    return literal ? value.dump() : io::rpc::json_string(argument);
}

} // namespace cord::tools::sipctl
