// Bodies of INFO as clients write them, and as they should not.
#include "engine/proxy/info_body.hpp"

#include "support/catch.hpp"

using namespace cord::engine::proxy;

namespace {

constexpr const char *relay = "application/dtmf-relay";
constexpr const char *dtmf = "application/dtmf";
constexpr const char *control = "application/media_control+xml";

} // namespace

TEST_CASE("a key and how long it is pressed", "[proxy][info]") {
    CHECK(read_media_wish(relay, "Signal=5\r\nDuration=120\r\n") == MediaWish{5, 120});
    CHECK(read_media_wish("Application/DTMF-Relay; charset=utf-8", "Signal= *\nDuration= 250") ==
          MediaWish{10, 250});
    CHECK(read_media_wish(relay, "signal = #") == MediaWish{11, {}});
    CHECK(read_media_wish(relay, "\r\nDuration=100\r\n\r\nSignal=d\r\n") == MediaWish{15, 100});
    CHECK(read_media_wish(relay, "Signal=11\r\n") == MediaWish{11, {}});
    CHECK(read_media_wish(dtmf, "7") == MediaWish{7, {}});
    CHECK(read_media_wish(dtmf, "12\r\n") == MediaWish{12, {}});
    CHECK(read_media_wish(dtmf, "#\r\n") == MediaWish{11, {}});
}

TEST_CASE("what is no key is not read as one", "[proxy][info]") {
    for (const char *body :
         {"", "Signal=", "Signal=E", "Signal=16", "Signal=05", "Signal=123", "Duration=100",
          "Signal=1\nSignal=2", "Signal=1\nDuration=x", "Signal=1\nDuration=-5", "Signal=1\nDuration=70000",
          "Signal=1\nDuration=1\nDuration=1", "Signal=1\nVolume=3", "5", "Signal"})
        CHECK_FALSE(read_media_wish(relay, body));
    for (const char *body : {"", "Signal=5", "16", "5\n6", "x"})
        CHECK_FALSE(read_media_wish(dtmf, body));
    CHECK_FALSE(read_media_wish("text/plain", "5"));
    CHECK_FALSE(read_media_wish("", "5"));
}

TEST_CASE("a whole picture (RFC 5168 section 7.1)", "[proxy][info]") {
    const char *example = "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<media_control>\n   <vc_primitive>\n"
                          "    <to_encoder>\n      <picture_fast_update/>\n    </to_encoder>\n"
                          "  </vc_primitive>\n</media_control>\n";
    CHECK(read_media_wish(control, example) == MediaWish());
    CHECK(read_media_wish(control, "<media_control><vc_primitive><to_encoder><picture_fast_update>"
                                   "</picture_fast_update></to_encoder></vc_primitive></media_control>") ==
          MediaWish());
}

TEST_CASE("other media control, and what is none", "[proxy][info]") {
    for (const char *body :
         {"", "x", "<media_control/>", "<media_control></media_control>",
          "<media_control><general_error>no</general_error></media_control>",
          "<media_control><vc_primitive><to_encoder/></vc_primitive></media_control>",
          "<media_control><picture_fast_update/></media_control>",
          "<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive>",
          "<media_control><vc_primitive><to_encoder><picture_fast_update/></vc_primitive></to_encoder></"
          "media_control>",
          "<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder>"
          "<stream_id>7</stream_id></vc_primitive></media_control>",
          "<!DOCTYPE a><media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder>"
          "</vc_primitive></media_control>"})
        CHECK_FALSE(read_media_wish(control, body));
}
