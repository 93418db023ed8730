#include "io/rpc/methods.hpp"

#include "io/rpc/json_text.hpp"
#include "support/catch.hpp"

using namespace cord::io::rpc;

namespace {

void add_trial_methods(Methods &methods) {
    methods.add("echo",
                [](const Params &p) -> Answer { return json_string(p.find(0, "text").value_or("none")); });
    methods.add("refuse", [](const Params &) -> Answer { return refuse(404, "no \"such\" AoR"); });
}

} // namespace

TEST_CASE("requests are answered by the rules of JSON-RPC 2.0") {
    Methods m;
    add_trial_methods(m);
    struct Case {
        const char *line, *answer;
    };
    for (
        const Case &c : {
            Case{R"({"jsonrpc":"2.0","id":1,"method":"echo","params":["hi"]})",
                 R"({"jsonrpc":"2.0","id":1,"result":"hi"})"},
            Case{R"({"id":"x","method":"echo","params":{"text":7}})",
                 R"({"jsonrpc":"2.0","id":"x","result":"7"})"},
            Case{R"({"id":1,"method":"echo"})", R"({"jsonrpc":"2.0","id":1,"result":"none"})"},
            Case{R"({"id":null,"method":"echo","params":null})",
                 R"({"jsonrpc":"2.0","id":null,"result":"none"})"},
            Case{R"({"method":"echo"})", ""},
            Case{R"({"id":2,"method":"refuse"})",
                 R"({"jsonrpc":"2.0","id":2,"error":{"code":404,"message":"no \"such\" AoR"}})"},
            Case{R"({"id":3,"method":"nope"})",
                 R"({"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"there is no method nope"}})"},
            Case{
                R"({"id":4,"method":"echo","params":5})",
                R"({"jsonrpc":"2.0","id":4,"error":{"code":-32602,"message":"params is an array or an object"}})"},
            Case{R"({"id":4,"method":)",
                 R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON"}})"},
            Case{"[]",
                 R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"the batch is empty"}})"},
            Case{R"([{"id":1,"method":"echo"},{"method":"echo"},{"id":2,"method":"echo","params":["b"]}])",
                 R"([{"jsonrpc":"2.0","id":1,"result":"none"},{"jsonrpc":"2.0","id":2,"result":"b"}])"},
            Case{R"([{"method":"echo"}])", ""},
        })
        CHECK(m.answer(c.line) == c.answer);
    for (const char *line :
         {"7", "\"x\"", R"({"id":1})", R"({"id":1,"method":7})", R"({"id":[1],"method":"echo"})"})
        CHECK(m.answer(line).find("-32600") != std::string::npos);
    CHECK(m.answer(R"({"id":1,"method":"system.listMethods"})") ==
          R"({"jsonrpc":"2.0","id":1,"result":["echo","refuse","system.listMethods"]})");
}

TEST_CASE("JSON is written piece by piece") {
    JsonText j;
    j.begin('{')
        .key("a")
        .number(-1)
        .key("b")
        .begin('[')
        .text("x\"\n")
        .truth(true)
        .null()
        .begin('{')
        .end('}')
        .end(']');
    j.key("q").real(0.5).key("r").raw("[1]").end('}');
    CHECK(j.str() == R"({"a":-1,"b":["x\"\n",true,null,{}],"q":0.5,"r":[1]})");
}
