// How Kamailio's own tools reach a daemon: kamctl by a FIFO, kamcli by that or a datagram socket. The names
// and the way of answering are those of its module jsonrpcs.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "io/net/loop.hpp"
#include "io/rpc/methods.hpp"
#include "io/rpc/server.hpp"

namespace cord::io::rpc {

class KamailioSockets {
  public:
    /// Serves `kamailio_rpc.sock` and `kamailio_rpc.fifo` of this folder on the loop's thread; `methods`
    /// outlives it. Answers are indented, for kamctl reads them line by line. One to a request from the FIFO
    /// goes to the FIFO of /tmp that the request names by `reply_name`. The error is a whole sentence.
    [[nodiscard]] static base::Result<KamailioSockets, std::string> listen(net::Loop &loop,
                                                                           const Methods &methods,
                                                                           const std::string &folder,
                                                                           const Server::Options &options);
    /// Removes both files.
    ~KamailioSockets();
    KamailioSockets(KamailioSockets &&) noexcept;
    KamailioSockets &operator=(KamailioSockets &&) noexcept;

  private:
    struct Parts;
    explicit KamailioSockets(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::io::rpc
