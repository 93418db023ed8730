// Calls between the clients of a bench: what a caller and a callee send, and who is there to be called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench.hpp"
#include "wire/sip/message.hpp"

namespace cord::test {

extern const char *const alice_contact;

/// An INVITE to a user of our domain; `extra` are header lines after a line feed.
std::string invite(const Client &from, std::string_view to, std::string_view sdp,
                   std::string_view extra = "");

/// A response as a UA makes it, Record-Route included.
std::string respond(const wire::sip::Message &request, std::uint16_t code, std::string_view tag,
                    std::string_view sdp = "", std::string_view contact = "sip:callee@10.77.0.21:5060");

/// A request inside the dialog that a 2xx made, as the caller or the callee sends it: routes from its
/// Record-Route.
std::string in_dialog(const wire::sip::Message &ok, const Client &from, bool as_caller,
                      std::string_view method, int cseq, std::string_view sdp = "");

/// A value of a request to the breaker.
std::string ng(const std::string &request, std::string_view key);

/// A browser and a phone, both registered.
struct TwoParties {
    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &phone = bench.phone("1001", "10.77.0.21:5060");

    explicit TwoParties(engine::proxy::Config config = Bench::default_config());

    /// The browser calls the phone: gives the INVITE that the phone got.
    wire::sip::Message ring(std::string_view sdp = browser_sdp, std::string_view extra = "");
    /// The phone calls the browser: gives the INVITE that the browser got.
    wire::sip::Message ring_browser();
    /// Browser calls phone, phone answers, ACK: gives the 200 that both know.
    wire::sip::Message establish();
};

/// A browser, and two phones of one user: one is tried after the other, or they ring at once.
struct Desks {
    enum Order { in_turn, at_once };

    Bench bench;
    Client &alice = bench.browser("alice", "10.77.0.11:50000");
    Client &first = bench.phone("desk", "10.77.0.22:5060");
    Client &second = bench.phone("desk", "10.77.0.23:5060");

    explicit Desks(Order order = in_turn);

    /// Gives the INVITE that the first phone got.
    wire::sip::Message ring() { return ring(alice, browser_sdp); }
    wire::sip::Message ring(Client &caller, std::string_view sdp);
};

} // namespace cord::test
