#include "io/rpc/methods.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/rpc/json_text.hpp"

namespace cord::io::rpc {

using nlohmann::json;

namespace {

std::string text_of(const json &value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::optional<Params> params_of(const json &request) {
    Params params;
    auto given = request.find("params");
    if (given == request.end() || given->is_null())
        return params;
    if (given->is_array()) {
        for (const json &item : *given)
            params.items.push_back(text_of(item));
        return params;
    }
    if (!given->is_object())
        return std::nullopt;
    for (const auto &[name, value] : given->items())
        params.named[name] = text_of(value);
    return params;
}

std::string failure(const std::string &id, int code, std::string_view message) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":{}}}}})", id, code,
                       json_string(message));
}

/// The response, or nothing for a notification.
std::string answer_one(const Methods &methods, const json &request) {
    if (!request.is_object())
        return error_line(invalid_request, "a request is an object");
    auto method = request.find("method");
    auto id = request.find("id");
    bool id_is_good = id == request.end() || id->is_string() || id->is_number() || id->is_null();
    if (method == request.end() || !method->is_string() || !id_is_good)
        return error_line(invalid_request, "a request has a method and an id that is a string or a number");
    auto params = params_of(request);
    Answer answer = params ? methods.call(method->get<std::string>(), *params)
                           : Answer(refuse(invalid_params, "params is an array or an object"));
    // Section 4.1: a request without id is a notification, which is never answered.
    if (id == request.end())
        return {};
    if (!answer)
        return failure(id->dump(), answer.error().code, answer.error().message);
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id->dump(), *answer);
}

} // namespace

std::optional<std::string> Params::find(std::size_t place, const std::string &name) const {
    if (place < items.size())
        return items[place];
    auto found = named.find(name);
    return found == named.end() ? std::nullopt : std::optional(found->second);
}

std::string error_line(int code, std::string_view message) { return failure("null", code, message); }

Methods::Methods() {
    add("system.listMethods", [this](const Params &) -> Answer {
        JsonText names;
        names.begin('[');
        for (const auto &[name, method] : methods_)
            names.text(name);
        return names.end(']').str();
    });
}

Answer Methods::call(const std::string &name, const Params &params) const {
    auto method = methods_.find(name);
    if (method == methods_.end())
        return refuse(method_not_found, fmt::format("there is no method {}", name));
    return method->second(params);
}

std::string Methods::answer(std::string_view line) const {
    const json request = json::parse(line, nullptr, false);
    if (request.is_discarded())
        return error_line(parse_error, "not JSON");
    if (!request.is_array())
        return answer_one(*this, request);
    if (request.empty())
        return error_line(invalid_request, "the batch is empty");
    std::string answers;
    for (const json &one : request)
        if (std::string answer = answer_one(*this, one); !answer.empty())
            answers += (answers.empty() ? "" : ",") + answer;
    return answers.empty() ? answers : "[" + answers + "]";
}

} // namespace cord::io::rpc
