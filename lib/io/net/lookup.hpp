// A host name looked up while the loop goes on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/address.hpp"
#include "base/result.hpp"
#include "io/net/loop.hpp"

namespace cord::io::net {

/// Destroying it, also from within its call, ends it silently.
class Lookup {
  public:
    /// The first address of the name, or why there is none.
    using Found = std::function<void(base::Result<base::IpAddress, std::string>)>;

    /// Calls once, never from within this.
    Lookup(Loop &loop, const std::string &host, Found found);
    ~Lookup();
    Lookup(Lookup &&) noexcept;
    Lookup &operator=(Lookup &&) noexcept;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace cord::io::net
