#include "engine/ng/options.hpp"

#include "support/catch.hpp"

using namespace cord::engine::ng;
using cord::wire::bencode::Dict;
using cord::wire::bencode::List;

TEST_CASE("every spelling of a key is read") {
    for (const char *key : {"rtcp-mux", "RTCP-mux", "rtcp mux", "RTCP mux", "rtcp_mux"}) {
        INFO(key);
        CHECK(read_options({{key, List{"demux"}}}).rtcp_mux == Words{"demux"});
        CHECK(read_options({{key, "offer, require"}}).rtcp_mux == Words{"offer", "require"});
    }
    CHECK(read_options({{"call-ID", "x"}}).call_id == "x");
    CHECK(read_options({{"to_tag", 7}}).to_tag == "7");
    CHECK(read_options({{"transport protocol", "rtp/avpf"}}).transport_protocol == "RTP/AVPF");
    CHECK(read_options({{"delete_delay", "5"}}).delete_delay == 5);
    CHECK(read_options({{"delete-delay", 5}}).delete_delay == 5);
    CHECK(read_options({{"address family", "IP6"}}).ipv6 == true);
}

TEST_CASE("the ways of one wish: key, flag, rtpp-flags") {
    for (const Dict &dict : {
             Dict{{"flags", List{"SDES-off", "generate mid", "rtcp-mux-demux", "replace-origin", "RTP/SAVPF",
                                 "codec-strip-opus", "transcode-PCMA"}},
                  {"ICE", "remove"},
                  {"DTLS", "passive"}},
             Dict{{"rtpp_flags",
                   "SDES-off generate-mid rtcp-mux=[demux] replace-origin RTP/SAVPF codec-strip-opus "
                   "transcode-PCMA ICE=remove DTLS=passive"}},
             Dict{{"SDES", List{"off"}},
                  {"flags", List{"generate_mid", "ICE=remove"}},
                  {"rtcp-mux", List{"demux"}},
                  {"replace", "origin"},
                  {"codec", Dict{{"strip", List{"opus"}}, {"transcode", "PCMA"}}},
                  {"transport-protocol", "RTP/SAVPF"},
                  {"dtls", "passive"}},
         }) {
        const Options o = read_options(dict);
        CHECK(o.sdes.contains("off"));
        CHECK(o.has("generate-mid"));
        CHECK(o.rtcp_mux == Words{"demux"});
        CHECK(o.replace.contains("origin"));
        CHECK(o.transport_protocol == "RTP/SAVPF");
        CHECK(o.codec.strip == CodecNames{"opus"});
        CHECK(o.codec.transcode == CodecNames{"PCMA"});
        CHECK(o.ice == IceWish::remove);
        CHECK(o.dtls.contains("passive"));
    }
}

TEST_CASE("WebRTC stands for all that a browser needs") {
    const Options o = read_options({{"flags", List{"WebRTC"}}});
    CHECK(o.transport_protocol == "UDP/TLS/RTP/SAVPF");
    CHECK(o.ice == IceWish::force);
    CHECK(o.rtcp_mux.contains("require"));
    CHECK(o.sdes.contains("off"));
    CHECK(o.has("generate-mid"));
}

TEST_CASE("what is unknown or of the wrong kind is left aside") {
    const Options o = read_options({{"repacketize", 20},
                                    {"replace", List{"session-connection"}},
                                    {"flags", List{"symmetric", "trust-address", 5}},
                                    {"codec", "x"},
                                    {"sdp", List{}},
                                    {"received-from", List{}},
                                    {"limit", "many"},
                                    {"call-id", Dict{}}});
    CHECK(o.has("symmetric"));
    CHECK(o.bad_limit);
    CHECK_FALSE(o.received_from);
    CHECK(o.call_id.empty());
}
