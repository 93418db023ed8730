// webrtc2sip's config.xml as a configuration of ours: its keys are options by another name, or do not matter
// here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "io/cli/config_file.hpp"

namespace cord::tools::sipws_proxy {

/// The options that such a file stands for; nothing when the text is no XML. An element that webrtc2sip
/// passes over, and that `is_option` knows, is that option. One warning names the keys that do nothing here,
/// and what to use instead. `debug-level` sets the level of the log at once.
[[nodiscard]] base::Result<std::optional<io::cli::ConfigFile>, std::string>
read_webrtc2sip_config(std::string_view text, const std::string &path,
                       const std::function<bool(std::string_view)> &is_option);

} // namespace cord::tools::sipws_proxy
