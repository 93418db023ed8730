// --jwt-key: whose signatures on tokens are believed.
#pragma once

#include <memory>
#include <string>

#include "engine/bearer/key_set.hpp"
#include "options.hpp"

namespace cord::tools::sipws_proxy {

/// Reads PEM, a JWK Set or a secret. A file with a secret that group or others can read is refused.
[[nodiscard]] Checked<std::shared_ptr<const engine::bearer::KeySet>> read_keys(const std::string &file);

} // namespace cord::tools::sipws_proxy
