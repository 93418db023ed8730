#include "io/rpc/http.hpp"

#include "io/rpc/json_text.hpp"
#include "io/rpc/xml_rpc.hpp"
#include "support/catch.hpp"

using namespace cord::io;
using rpc::Answer;
using rpc::Params;

namespace {

struct Trial {
    Trial() {
        methods.add("echo", [](const Params &p) -> Answer {
            rpc::JsonText json;
            json.begin('{');
            for (std::size_t i = 0; i < p.items.size(); ++i)
                json.key(std::to_string(i)).text(p.items[i]);
            for (const auto &[name, value] : p.named)
                json.key(name).text(value);
            return json.end('}').str();
        });
        methods.add("all", [](const Params &) -> Answer {
            return R"({"a":[1,-2.5,true,null,"<&"],"big":4294967295,"b":{}})";
        });
        methods.add("no", [](const Params &) -> Answer { return rpc::refuse(404, "AOR <not> found"); });
    }
    rpc::Methods methods;

    [[nodiscard]] http::Response post(std::string type, std::string body, std::string target = "/RPC") const {
        http::Request request{"POST", std::move(target), ""};
        request.content_type = std::move(type);
        request.body = std::move(body);
        return rpc::answer_http(methods, request);
    }
};

std::string call(std::string_view params, std::string_view method = "echo") {
    return "<?xml version=\"1.0\"?>\n<methodCall>\n <methodName>" + std::string(method) +
           "</methodName>\n <params>" + std::string(params) + "</params>\n</methodCall>\n";
}
std::string param(std::string_view value) {
    return "<param>\n<value>" + std::string(value) + "</value></param>";
}
std::string member(std::string_view name, std::string_view value) {
    return "<member><name>" + std::string(name) + "</name><value><string>" + std::string(value) +
           "</string></value></member>";
}
std::string answer(std::string_view value) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodResponse><params><param><value>" +
           std::string(value) + "</value></param></params></methodResponse>\n";
}

} // namespace

TEST_CASE("what is no call from an operator's tool is refused by its status", "[rpc]") {
    const Trial t;
    const std::string echo = R"({"jsonrpc":"2.0","id":1,"method":"echo","params":["x"]})";
    CHECK(t.post("application/json", echo).body == R"({"jsonrpc":"2.0","id":1,"result":{"0":"x"}})");
    CHECK(t.post("Application/JSON; charset=utf-8", echo, "http://h/RPC?x").status == 200);
    CHECK(t.post("application/json", "[" + echo + "," + echo + "]").body.front() == '[');
    CHECK(t.post("application/json", R"({"method":"echo"})").status == 204);
    for (const char *type :
         {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json"})
        CHECK(t.post(type, echo).status == 415);
    CHECK(t.post("application/json", echo, "/").status == 404);
    CHECK(t.post("application/json", echo, "/RPCX").status == 404);
    http::Request request{"POST", "/RPC", ""};
    request.content_type = "application/json";
    request.body = echo;
    for (const char *origin : {"https://evil.example", "null", ""}) {
        request.origin = origin;
        CHECK(rpc::answer_http(t.methods, request).status == 403);
    }
    request.origin.reset();
    request.method = "GET";
    CHECK(rpc::answer_http(t.methods, request).status == 405);
}

TEST_CASE("XML-RPC: parameters of every type", "[rpc]") {
    const Trial t;
    const auto echo = [&](const std::string &params) { return t.post("text/xml", call(params)).body; };
    CHECK(echo("") == answer("<struct></struct>"));
    CHECK(echo(param(" as it is ") + param("<string>a &lt;b&gt;</string>") + param("<i4>-7</i4>") +
               param("<int>+7</int>") + param("<boolean>1</boolean>") + param("<double>0.5</double>") +
               param("<string/>") + param("")) ==
          answer("<struct>" + member("0", " as it is ") + member("1", "a &lt;b&gt;") + member("2", "-7") +
                 member("3", "7") + member("4", "true") + member("5", "0.5") + member("6", "") +
                 member("7", "") + "</struct>"));
    CHECK(echo(param("<array><data><value><int>1</int></value> <value>x</value></data></array>") +
               param("y")) ==
          answer("<struct>" + member("0", "[1,&quot;x&quot;]") + member("1", "y") + "</struct>"));
    CHECK(echo(param("<struct><member><name>statistics</name><value>calls</value></member></struct>")) ==
          answer("<struct>" + member("statistics", "calls") + "</struct>"));
    CHECK(t.post("application/xml", "<methodCall><methodName>echo</methodName></methodCall>").body ==
          answer("<struct></struct>"));
}

TEST_CASE("XML-RPC: answers of every type, and faults", "[rpc]") {
    const Trial t;
    CHECK(t.post("text/xml", call("", "all")).body ==
          answer("<struct><member><name>a</name><value><array><data><value><int>1</int></"
                 "value><value><double>-2.5</double></value>"
                 "<value><boolean>1</boolean></value><value><string></string></"
                 "value><value><string>&lt;&amp;</string></value>"
                 "</data></array></value></member><member><name>big</name><value><i8>4294967295</i8></"
                 "value></member>"
                 "<member><name>b</name><value><struct></struct></value></member></struct>"));
    const http::Response refused = t.post("text/xml", call("", "no"));
    CHECK(refused.status == 200);
    CHECK(refused.body.find(
              "<fault><value><struct><member><name>faultCode</name><value><int>404</int></value></member>"
              "<member><name>faultString</name><value><string>AOR &lt;not&gt; found</string>") !=
          std::string::npos);
    CHECK(t.post("text/xml", call("", "none")).body.find("-32601") != std::string::npos);
}

TEST_CASE("XML-RPC: what is no call is a fault", "[rpc]") {
    const Trial t;
    std::string deep = "x";
    for (int i = 0; i < 20; ++i)
        deep = "<array><data><value>" + deep + "</value></data></array>";
    const std::string many(200'000, '<');
    for (const std::string &bad :
         {std::string(), std::string("<a/>"), std::string("<methodCall/>"),
          std::string("<methodCall><methodName>echo</methodName>"), call(param("<int>x</int>")),
          call(param("<int/>")), call(param("<boolean>2</boolean>")), call(param("<nil/>")), call("<param/>"),
          call(param("<int>1</string>")), call(param(deep)), call(param("x")) + "<more/>", many,
          std::string("<!DOCTYPE a><methodCall><methodName>echo</methodName></methodCall>"),
          call(param("&bad;"))})
        CHECK(rpc::answer_xml(t.methods, bad).find("<name>faultCode</name><value><int>-32700</int>") !=
              std::string::npos);
}
