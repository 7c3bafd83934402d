// DuckDB decides the same residents by the same policy: one CASE over the same columns. Compares speed and the result by rule.
//
// Usage: node peer.mjs <mingma_rules_compiled_bench> <policy.json> [rows] [runs]
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const [bench, policyPath, rowsText = "1000000", runsText = "5"] = process.argv.slice(2);
const rows = Number(rowsText);
const runs = Number(runsText);
const policy = JSON.parse(readFileSync(policyPath, "utf8"));
const { now, facts } = JSON.parse(execFileSync(bench, ["--describe", `--policy=${policyPath}`], { encoding: "utf8" }));
const known = new Map(facts.map((fact, index) => [fact.name, { ...fact, index }]));
const used = new Set();

// ---- CertLogic to SQL. A fact that no resident of the population has is 0, as in our columns.

const factOf = (node) => node.var.slice("facts.".length);
function column(name) {
  if (!known.has(name)) return "0";
  used.add(name);
  return name;
}
function time(node) {
  const [operand, amount, unit] = node.plusTime;
  const seconds = amount * { day: 86400, hour: 3600 }[unit];
  return operand.var === "now" ? `${now + seconds}` : `(${column(factOf(operand))}::BIGINT + ${seconds})`;
}
const comparisons = { before: "<", after: ">", "not-before": ">=", "not-after": "<=", "<": "<", ">": ">", "<=": "<=", ">=": ">=" };
function number(node, constant) {
  if (typeof constant === "number") return constant;
  const fact = known.get(factOf(node));
  return fact === undefined ? (constant === "none" ? 0 : -1) : fact.values.indexOf(constant);
}
function sql(node) {
  if (typeof node === "boolean") return String(node);
  const [op] = Object.keys(node);
  const operands = node[op];
  switch (op) {
    case "var": return `(${column(factOf(node))} <> 0)`;
    case "and": return `(${operands.map(sql).join(" AND ")})`;
    case "!": return `(NOT ${sql(operands[0])})`;
    case "if": return `(CASE WHEN ${operands[0] === true ? "true" : sql(operands[0])} THEN ${sql(operands[1])} ELSE ${sql(operands[2])} END)`;
    case "===": return `(${column(factOf(operands[0]))} = ${number(operands[0], operands[1])})`;
    case "in": return `(${column(factOf(operands[0]))} IN (${operands[1].map((value) => number(operands[0], value)).join(", ")}))`;
    default: {
      if (!(op in comparisons)) throw new Error(`no SQL for ${op}`);
      const side = (operand) => (typeof operand === "number" ? operand : operand.plusTime ? time(operand) : column(factOf(operand)));
      return `(${side(operands[0])} ${comparisons[op]} ${side(operands[1])})`;
    }
  }
}
const decision = `CASE ${policy.rules.map((rule, index) => `WHEN ${sql(rule.when)} THEN ${index}`).join(" ")} ELSE 255 END`;

// ---- The population, by the formula of compiled_bench.cpp.

function generated(fact) {
  const salt = 7919 * (fact.index + 1);
  const present = `((row + 1) * ${104729 + 2 * salt} % 1000003 < ${fact.ppm})`;
  const draw = `((row + 17) * ${1299709 + 4 * salt} % 1000003)`;
  const value = fact.instant ? `${now} - ${draw} * ${fact.days} * 86400 // 1000003`
    : fact.name === "area_test_hours" ? `24 * (1 + ${draw} % 3)` : `1 + ${draw} % ${fact.value_max}`;
  return `(CASE WHEN ${present} THEN ${value} ELSE 0 END)::${fact.instant ? "UINTEGER" : "UTINYINT"} AS ${fact.name}`;
}

const connection = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
const columns = [...used].map((name) => generated(known.get(name)));
await connection.run(`CREATE TABLE residents AS SELECT ${columns.join(", ")} FROM (SELECT range::BIGINT AS row FROM range(${rows}))`);

async function seconds(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}
const times = [];
for (let run = 0; run < runs; ++run) {
  // Every decision is computed and looked at, none is stored: the cheapest thing one can ask of a database.
  times.push(await seconds(() => connection.runAndReadAll(`SELECT sum(decision), count(*) FROM (SELECT (${decision})::UTINYINT AS decision FROM residents)`)));
}
times.sort((a, b) => a - b);
const median = times[times.length >> 1];
const counted = await connection.runAndReadAll(`SELECT (${decision})::INTEGER AS d, count(*)::INTEGER AS n FROM residents GROUP BY d`);
const peer = Object.fromEntries(counted.getRows().map(([index, n]) => [index === 255 ? "rule default" : `rule ${policy.rules[index].id}`, n]));

// ---- Ours, in the same minute on the same machine: two threads, horizons included, results stored.

const report = JSON.parse(execFileSync(bench, [`--rows=${rows}`, `--policy=${policyPath}`, "--benchmark_filter=threads/2", `--benchmark_repetitions=${runs}`,
  "--benchmark_format=json"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 26 }));
const ours = report.benchmarks.find((entry) => entry.aggregate_name === "median") ?? report.benchmarks[0];
const mine = Object.fromEntries(Object.entries(ours).filter(([name]) => name.startsWith("rule ")));

const names = new Set([...Object.keys(peer), ...Object.keys(mine)]);
const different = [...names].filter((name) => (peer[name] ?? 0) !== (mine[name] ?? 0));
const rate = ours["residents/s"];
console.log(`policy ${policy.id}, ${policy.rules.length} rules, ${used.size} facts read, ${rows} residents, 2 threads, median of ${runs}`);
console.log(`DuckDB ${(await connection.runAndReadAll("SELECT version()")).getRows()[0][0]}: ${(rows / median / 1e6).toFixed(1)} M residents/s (spread ${times[0].toFixed(3)} to ${times.at(-1).toFixed(3)} s), decisions only`);
console.log(`Mingma: ${(rate / 1e6).toFixed(1)} M residents/s, decisions and horizons, stored`);
console.log(`ratio ${(rate / (rows / median)).toFixed(2)}`);
for (const name of different) console.log(`DIFFERENT ${name}: DuckDB ${peer[name] ?? 0}, Mingma ${mine[name] ?? 0}`);
console.log(different.length === 0 ? "same residents by rule in both" : "the results differ");
process.exit(different.length === 0 ? 0 : 1);
