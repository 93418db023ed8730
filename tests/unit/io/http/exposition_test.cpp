#include "io/http/exposition.hpp"

#include "support/catch.hpp"

using namespace cord::io::http;

TEST_CASE("metrics in Prometheus' text format", "[http]") {
    Exposition e;
    e.family("calls_total", Exposition::Type::counter, "Calls,\nand \\ more.").sample(3);
    e.family("up", Exposition::Type::gauge, "Whether.")
        .sample(1, {{"breaker", "a\"b\\c\nd"}, {"n", "2"}})
        .sample(0, {{"n", "3"}});
    CHECK(e.str() == "# HELP calls_total Calls,\\nand \\\\ more.\n"
                     "# TYPE calls_total counter\n"
                     "calls_total 3\n"
                     "# HELP up Whether.\n"
                     "# TYPE up gauge\n"
                     "up{breaker=\"a\\\"b\\\\c\\nd\",n=\"2\"} 1\n"
                     "up{n=\"3\"} 0\n");
}
