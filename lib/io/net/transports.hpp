// All SIP sockets of a shard: listeners and connections, by flows. The engines' Send ends here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/recent.hpp"
#include "base/seldom.hpp"
#include "io/net/acceptor.hpp"
#include "io/net/connection.hpp"
#include "io/net/loop.hpp"
#include "io/net/socket.hpp"
#include "io/net/tls.hpp"
#include "io/net/udp.hpp"
#include "io/net/websocket.hpp"

namespace cord::io::net {

class Transports final : private ConnectionOwner {
  public:
    /// Called from the loop, never from within a call to this object.
    struct Calls {
        std::function<void(const Flow &, base::Bytes)> message;
        /// A stream that cannot be cut any further: answer if there is a request, then close.
        std::function<void(const Flow &, const wire::sip::FrameError &)> broken;
        /// The end of a connection over which a message came or was sent.
        std::function<void(const Flow &)> closed;
        std::function<void(std::uint64_t token)> send_failed;
        /// Before the first message: whom the connection's client has proved to be by its certificate.
        std::function<void(const Flow &, const wire::sip::Identities &)> proved{};
    };
    struct Options {
        ConnectionLimits limits;
        WebSocketOptions websocket;
        std::size_t max_connections = 100'000;
        std::size_t max_of_one = 50'000;        ///< Of these, from one source: none shuts out the others.
        std::size_t max_half_open = 1'000;      ///< Connections that have said nothing yet.
        std::size_t max_half_open_of_one = 250; ///< Of these, from one source.
        /// Addresses of TLS servers whose name is remembered; the one not asked for longest is forgotten, and
        /// has to prove to be its address.
        std::size_t max_tls_peers = 4'096;
    };
    struct Counts {
        std::uint64_t accepted = 0, refused = 0, broken = 0, udp_refused = 0;
        std::size_t connections = 0, half_open = 0;
    };

    Transports(Loop &loop, Options options, Calls calls);
    ~Transports() override;

    /// How connections are opened from now on; until then the system's authorities are trusted.
    void use_client(TlsClient client) { tls_client_ = std::move(client); }
    /// Wanted before the first TLS or WSS listener; later ones hold for new connections. TlsServer tells who
    /// sees which.
    void use_certificates(std::span<const crypto::Certificate> certificates);
    /// Whether clients are asked for a certificate, and by whom: holds for new connections, too.
    void ask_clients(std::optional<ClientAuthorities> authorities);
    /// Who is meant by an address that connections are opened to: the name its certificate must have. Without
    /// one, the address itself.
    void name_peer(const base::Endpoint &address, std::string host) {
        peers_[address].name = std::move(host);
    }
    /// The listener's place is the number of those before it. Gives the address with the port really bound.
    [[nodiscard]] base::Result<base::Endpoint, SystemError> listen(Transport transport,
                                                                   const base::Endpoint &at);
    /// Origins whose pages may connect from now on.
    void allow_origins(std::vector<std::string> origins) { options_.websocket.origins = std::move(origins); }

    /// Sends over the flow, or for a stream flow without a connection over an open one to that address, else
    /// a new one. Gives the flow used; nothing when there is none, and then the token has failed.
    std::optional<Flow> send(const Flow &flow, std::string bytes, std::uint64_t token);
    /// Closes once what was sent before has left.
    void close(const Flow &flow);
    /// Lets queued datagrams leave; within a received batch they wait for its end.
    void flush();
    /// Between these, what is sent over UDP is kept, and goes out together at the end.
    void hold() { held_ = true; }
    void release() {
        held_ = false;
        flush();
    }

    /// Takes no new connections any more; the ports are free.
    void stop_listening();
    /// Does that, and closes those there are: browsers learn that the server goes down.
    void leave();
    [[nodiscard]] Counts counts() const;
    /// Those open now, of every transport that has connections.
    [[nodiscard]] std::map<Transport, std::size_t> connections() const;
    /// Each of them.
    [[nodiscard]] std::vector<Flow> open_flows() const;

  private:
    struct Listener {
        Transport transport;
        base::Endpoint local;
        std::unique_ptr<UdpSocket> udp;
        Fd fd; // of streams
        std::unique_ptr<Acceptor> acceptor;
    };
    using ConnectionPtr = std::shared_ptr<Connection>;

    void listen_udp(std::uint16_t index, Fd fd);
    void adopt(std::uint16_t index, Fd fd, const base::Endpoint &remote);
    [[nodiscard]] bool has_room_for(const base::IpAddress &source);
    /// Where a connection leads, and of TLS who has proved to be there.
    using Way = std::tuple<Transport, base::Endpoint, std::string>;
    struct Held {
        std::size_t all = 0, half_open = 0;
    };
    struct Peer {
        std::string name;
        bool distrusted = false; ///< The log has told of it already.
    };

    ConnectionPtr keep(ConnectionPtr connection);
    void no_longer_half_open(const Flow &flow);
    void no_longer_held(const Flow &flow);
    [[nodiscard]] Way way_to(const Flow &flow);
    void forget_way(const Flow &flow);
    ConnectionPtr connection_for(const Flow &flow);
    ConnectionPtr open(const Flow &flow);
    [[nodiscard]] std::string peer_name(const base::Endpoint &address);
    [[nodiscard]] std::uint16_t listener_of(Transport transport, std::uint16_t preferred) const;
    void fail(std::uint64_t token);

    void on_message(Connection &connection, base::Bytes message) override;
    void on_broken(Connection &connection, const wire::sip::FrameError &error) override;
    void on_open(Connection &connection) override;
    void on_gone(Connection &connection) override;
    void on_distrusted(Connection &connection, const std::string &why) override;
    void on_unproved(Connection &connection, const std::string &why) override;
    void on_send_failed(std::uint64_t token) override;

    Loop &loop_;
    Options options_;
    Calls calls_;
    std::optional<TlsServer> tls_server_;
    std::optional<ClientAuthorities> client_authorities_;
    TlsClient tls_client_;
    base::Recent<base::Endpoint, Peer> peers_{options_.max_tls_peers};
    std::vector<Listener> listeners_;
    std::unordered_map<std::uint64_t, ConnectionPtr> connections_;
    std::map<Way, std::uint64_t> ways_;       ///< Connections that messages to an address may take.
    std::map<base::IpAddress, Held> held_by_; ///< By source, as `source_of` has it.
    base::Seldom refusals_, unproved_;
    std::uint64_t last_connection_ = 0;
    bool held_ = false;
    Counts counts_;
};

} // namespace cord::io::net
