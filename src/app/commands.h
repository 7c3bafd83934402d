// The subcommands of `mingma`. Each function adds one with its help and examples; when it ran, `status` holds the
// exit status: 0 done, 1 found something wrong (a failed check, an audit finding), 2 could not do it (one line says
// why).
#pragma once

namespace CLI {
class App;
}

namespace mingma::app {

void add_init(CLI::App& program, int& status);
void add_serve(CLI::App& program, int& status);
void add_key(CLI::App& program, int& status);
void add_enrol(CLI::App& program, int& status);
void add_publish(CLI::App& program, int& status);
void add_ingest(CLI::App& program, int& status);
void add_policy(CLI::App& program, int& status);
void add_policy_prove(CLI::App& policy, int& status);  // exit status 3: not proved
void add_case(CLI::App& program, int& status);
void add_retention(CLI::App& program, int& status);
void add_why(CLI::App& program, int& status);
void add_code(CLI::App& program, int& status);
void add_exchange(CLI::App& program, int& status);
void add_ledger(CLI::App& program, int& status);
void add_audit(CLI::App& program, int& status);
void add_officer(CLI::App& program, int& status);
void add_holds(CLI::App& program, int& status);
void add_grants(CLI::App& program, int& status);
void add_alarms(CLI::App& program, int& status);
void add_figures(CLI::App& program, int& status);
void add_who(CLI::App& program, int& status);
void add_negative(CLI::App& program, int& status);
void add_simulate(CLI::App& program, int& status);
void add_bench(CLI::App& program, int& status);

}  // namespace mingma::app
