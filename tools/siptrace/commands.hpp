// The subcommands: each declares its options and what it does.
#pragma once

#include "io/cli/app.hpp"

namespace cord::siptrace {

void add_calls(io::cli::App &app);
void add_census(io::cli::App &app);
void add_flow(io::cli::App &app);
void add_messages(io::cli::App &app);
void add_extract(io::cli::App &app);
void add_parse(io::cli::App &app);

} // namespace cord::siptrace
