#include "io/net/lookup.hpp"

#include <cstring>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "io/net/socket.hpp"

namespace cord::io::net {

using boost::asio::ip::udp;

// asio asks in a thread of its own.
struct Lookup::State {
    State(Loop &loop, Found f) : resolver(loop.context()), found(std::move(f)) {}

    udp::resolver resolver;
    Found found;
    bool ended = false;
};

Lookup::Lookup(Loop &loop, const std::string &host, Found found)
    : state_(std::make_shared<State>(loop, std::move(found))) {
    state_->resolver.async_resolve(
        host, "",
        [state = state_](boost::system::error_code error, const udp::resolver::results_type &results) {
            if (state->ended)
                return;
            const Found call = std::move(state->found);
            if (error || results.empty())
                return call(tl::unexpected(error ? error.message() : std::string("it has no address")));
            sockaddr_storage address{};
            const auto endpoint = results.begin()->endpoint();
            std::memcpy(&address, endpoint.data(), endpoint.size());
            call(from_system(address).ip);
        });
}
Lookup::Lookup(Lookup &&) noexcept = default;
Lookup &Lookup::operator=(Lookup &&other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}
Lookup::~Lookup() {
    if (!state_)
        return;
    state_->ended = true;
    state_->resolver.cancel();
}

} // namespace cord::io::net
