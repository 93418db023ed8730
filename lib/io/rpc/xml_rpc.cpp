#include "io/rpc/xml_rpc.hpp"

#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "wire/xml/reader.hpp"

namespace cord::io::rpc {
namespace {

using json = nlohmann::ordered_json;
using wire::xml::Token;

/// Values within values.
constexpr int depth_limit = 16;

/// The grammar of a call, one function an element. What goes wrong is thrown no further than `read`.
class CallReader {
  public:
    explicit CallReader(std::string_view document) : reader_(document) {}

    struct Call {
        std::string method;
        Params params;
    };
    base::Result<Call> read() {
        Call call;
        if (!(open("methodCall") && open("methodName") && characters("methodName", call.method)))
            return base::fail(why_);
        call.method = base::trim(call.method);
        if (at_start("params") && !params(call.params))
            return base::fail(why_);
        if (!close("methodCall") || !advance() || token_.kind != Token::Kind::done)
            return base::fail(why_);
        return call;
    }

  private:
    bool wrong(const char *why) {
        why_ = why;
        return false;
    }

    /// To the next tag or text; a token that was only looked at comes again.
    bool advance() {
        if (std::exchange(held_, false))
            return true;
        for (;;) {
            auto token = reader_.next();
            if (!token)
                return wrong(token.error().reason);
            token_ = std::move(*token);
            // Between tags white space is only there for the eye.
            if (token_.kind != Token::Kind::text || keeps_space_ || !base::trim(token_.text).empty())
                return true;
        }
    }
    bool open(std::string_view name) {
        return (advance() && token_.kind == Token::Kind::start && token_.text == name) || wrong_shape();
    }
    bool close(std::string_view name) {
        return (advance() && token_.kind == Token::Kind::end && token_.text == name) || wrong_shape();
    }
    bool wrong_shape() { return *why_ != '\0' ? false : wrong("not the elements of a methodCall"); }
    /// Whether this element begins next; if so it is entered.
    bool at_start(std::string_view name) {
        if (!advance())
            return false;
        held_ = !(token_.kind == Token::Kind::start && token_.text == name);
        return !held_;
    }

    /// All up to the end of this element.
    bool characters(std::string_view name, std::string &into) {
        keeps_space_ = true;
        bool good = advance();
        for (; good && token_.kind == Token::Kind::text; good = advance())
            into += token_.text;
        keeps_space_ = false;
        return good && ((token_.kind == Token::Kind::end && token_.text == name) || wrong_shape());
    }

    bool params(Params &into) {
        std::vector<json> values;
        while (at_start("param")) {
            json value;
            if (!(open("value") && this->value(value, 0) && close("param")))
                return false;
            values.push_back(std::move(value));
        }
        if (!close("params"))
            return false;
        auto text_of = [](const json &v) { return v.is_string() ? v.get<std::string>() : v.dump(); };
        if (values.size() == 1 && values[0].is_object())
            for (const auto &[name, value] : values[0].items())
                into.named[name] = text_of(value);
        else
            for (const json &value : values)
                into.items.push_back(text_of(value));
        return true;
    }

    /// Behind <value>, up to </value>.
    bool value(json &into, int depth) {
        if (depth == depth_limit)
            return wrong("values within values, too deep");
        keeps_space_ = true;
        std::string text;
        bool good = advance();
        for (; good && token_.kind == Token::Kind::text; good = advance())
            text += token_.text;
        keeps_space_ = false;
        if (!good)
            return false;
        // "If no type is indicated, the type is string."
        if (token_.kind == Token::Kind::end) {
            into = std::move(text);
            return token_.text == "value" || wrong_shape();
        }
        const std::string type = token_.text;
        return typed(type, into, depth) && close("value");
    }

    bool typed(const std::string &type, json &into, int depth) {
        if (type == "array")
            return array(into, depth);
        if (type == "struct")
            return structure(into, depth);
        std::string text;
        if (!characters(type, text))
            return false;
        if (type == "string" || type == "base64" || type == "dateTime.iso8601") {
            into = std::move(text);
            return true;
        }
        const std::string_view word = base::trim(text);
        if (type == "int" || type == "i4" || type == "i8")
            return number<std::int64_t>(word, into);
        if (type == "double")
            return number<double>(word, into);
        if (type == "boolean" && (word == "0" || word == "1")) {
            into = word == "1";
            return true;
        }
        return wrong("a value of a type that XML-RPC does not have");
    }

    template <class T>
    bool number(std::string_view word, json &into) {
        T n{};
        word.remove_prefix(word.starts_with('+') ? 1 : 0);
        auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
        if (word.empty() || error != std::errc() || end != word.data() + word.size())
            return wrong("a number that is none");
        into = n;
        return true;
    }

    bool array(json &into, int depth) {
        into = json::array();
        if (!open("data"))
            return false;
        while (at_start("value")) {
            json item;
            if (!value(item, depth + 1))
                return false;
            into.push_back(std::move(item));
        }
        return close("data") && close("array");
    }

    bool structure(json &into, int depth) {
        into = json::object();
        while (at_start("member")) {
            std::string name;
            json item;
            if (!(open("name") && characters("name", name) && open("value") && value(item, depth + 1) &&
                  close("member")))
                return false;
            into[name] = std::move(item);
        }
        return close("struct");
    }

    wire::xml::Reader reader_;
    Token token_;
    bool held_ = false, keeps_space_ = false;
    const char *why_ = "";
};

std::string element(std::string_view name, std::string_view inside) {
    return fmt::format("<{0}>{1}</{0}>", name, inside);
}

std::string value_text(const json &value) {
    std::string inside;
    if (value.is_object()) {
        for (const auto &[name, item] : value.items())
            inside += element("member", element("name", wire::xml::escaped(name)) + value_text(item));
        inside = element("struct", inside);
    } else if (value.is_array()) {
        for (const json &item : value)
            inside += value_text(item);
        inside = element("array", element("data", inside));
    } else if (value.is_boolean()) {
        inside = element("boolean", value.get<bool>() ? "1" : "0");
    } else if (value.is_number_integer()) {
        // "Four-byte signed integer"; what does not fit is the i8 that most libraries have added.
        const auto n = value.get<std::int64_t>();
        inside = element(n >= INT32_MIN && n <= INT32_MAX ? "int" : "i8", std::to_string(n));
    } else if (value.is_number()) {
        inside = element("double", fmt::format("{}", value.get<double>()));
    } else {
        // There is no null, and an empty string is what stands for it.
        inside = element("string", value.is_null() ? "" : wire::xml::escaped(value.get<std::string>()));
    }
    return element("value", inside);
}

std::string response(std::string_view inside) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + element("methodResponse", inside) + "\n";
}

std::string fault(int code, std::string_view message) {
    return response(
        element("fault", value_text(json{{"faultCode", code}, {"faultString", std::string(message)}})));
}

} // namespace

std::string answer_xml(const Methods &methods, std::string_view document) {
    auto call = CallReader(document).read();
    if (!call)
        return fault(parse_error, call.error().text());
    Answer answer = methods.call(call->method, call->params);
    if (!answer)
        return fault(answer.error().code, answer.error().message);
    return response(element("params", element("param", value_text(json::parse(*answer)))));
}

} // namespace cord::io::rpc
