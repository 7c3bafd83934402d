// The subcommand `mingma code paper`, added to `mingma code` (command_code.cpp).
#pragma once

namespace CLI {
class App;
}

namespace mingma::app {

void add_code_paper(CLI::App& command, int& status);

}  // namespace mingma::app
