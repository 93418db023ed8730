#include <memory>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "engine/trace/session.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/say.hpp"
#include "text.hpp"
#include "trace.hpp"
#include "wire/sip/message.hpp"
#include "wire/sip/validate.hpp"

namespace cord::siptrace {
namespace {

using wire::sip::Message;

struct Options {
    std::string in = "-";
    bool json = false;
};

// {"headers":[{"name":…,"value":…},…]}: in order, as written.
std::string headers_json(const Message &m) {
    std::string out = "[";
    for (const wire::sip::Field &field : m.fields()) {
        out += out.size() == 1 ? "{" : ",{";
        json_member(out, "name", field.name);
        json_member(out, "value", field.value);
        out += '}';
    }
    return out + ']';
}

std::string sdp_json(std::string_view sdp) {
    std::string out = "[";
    for (const engine::trace::MediaLine &line : engine::trace::media_lines(sdp)) {
        out += out.size() == 1 ? "{" : ",{";
        json_member(out, "media", line.kind);
        json_member(out, "address", line.at.ip.text());
        out += ",\"port\":" + std::to_string(line.at.port);
        json_member(out, "profile", line.profile);
        json_member(out, "codecs", wire::rtp::payload_map_text(line.codecs));
        out += '}';
    }
    return out + ']';
}

std::string to_json(const Message &m) {
    std::string out = "{";
    if (m.is_request()) {
        json_member(out, "method", m.method_name());
        json_member(out, "request_uri", m.request_uri());
    } else {
        out += "\"status\":" + std::to_string(m.status());
        json_member(out, "reason", m.reason());
    }
    json_member(out, "call_id", m.call_id());
    out += ",\"headers\":" + headers_json(m);
    json_member(out, "body", m.body());
    if (const std::string_view sdp = engine::trace::sdp_body(m); !sdp.empty())
        out += ",\"sdp\":" + sdp_json(sdp);
    return out + "}\n";
}

int refuse(base::Error why) {
    io::cli::say("siptrace", base::describe(why));
    return io::cli::answer_is_no;
}

int run(const Options &o) {
    std::string bytes;
    if (const int code = read_file(o.in, bytes, base::limits::trace_message); code != io::cli::done)
        return code;
    const auto message = Message::parse(bytes);
    if (!message)
        return refuse(message.error());
    if (const auto fault = wire::sip::validate(*message))
        return refuse(fault->error);
    Output out("-");
    if (o.json)
        out.write(to_json(*message));
    return out.close(io::cli::done);
}

} // namespace

void add_parse(io::cli::App &app) {
    auto options = std::make_shared<Options>();
    auto command = app.subcommand("parse", "Tell whether a SIP message is well formed",
                                  [options] { return run(*options); });
    command.positional("IN", options->in, false, "A file with one message; - is stdin (default)");
    command.flag("--json", options->json, "Print what it holds as a JSON object");
}

} // namespace cord::siptrace
