// Lines per second of the two readers on lines as our laboratories send them; bytes per second of the splitter;
// simulated lines per second.
#include <benchmark/benchmark.h>

#include "feed/feed.h"
#include "feed/simulate.h"
#include "feed/splitter.h"

namespace {

using namespace mingma;
using namespace mingma::feed;

constexpr std::string_view kObservation =
    R"({"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:oid:2.16.156.10011.1.3",)"
    R"("value":"11010519491231002X"}],"name":[{"text":"张三"}],"birthDate":"1949-12-31"}],"identifier":[{"value":"S-20221111-0000001"}],"status":"final",)"
    R"("code":{"coding":[{"system":"http://loinc.org","code":"94500-6"}]},"subject":{"reference":"#p"},"effectiveDateTime":"2022-11-11T08:00:00+08:00",)"
    R"("issued":"2022-11-11T20:00:00+08:00","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260415000"}]},)"
    R"("specimen":{"identifier":{"value":"T-0000001"}}})";
constexpr std::string_view kHeader =
    "record,document_type,document_number,name,birth_date,method,result,pooled,sampled_at,reported_at,status,earlier_"
    "record";
constexpr std::string_view kRow =
    "S-1,resident_id,11010519491231002X,张三,1949-12-31,molecular,negative,,2022-11-11 08:00,2022-11-11 20:00,,";

void parse_lines(benchmark::State& state, FeedFormat format, std::string_view line) {
  FeedParser parser(format, {UnixSeconds{1'700'000'000}});
  LineResult result;
  if (format == FeedFormat::kLabCsv) parser.parse(kHeader, result);
  for (auto _ : state) {
    parser.parse(line, result);
    if (result.outcome != Outcome::kStatements) state.SkipWithError("not a statement");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * line.size()));
}

void BM_FhirObservation(benchmark::State& state) { parse_lines(state, FeedFormat::kFhirNdjson, kObservation); }
BENCHMARK(BM_FhirObservation)->MinTime(0.1);

void BM_CsvRow(benchmark::State& state) { parse_lines(state, FeedFormat::kLabCsv, kRow); }
BENCHMARK(BM_CsvRow)->MinTime(0.1);

void BM_Splitter(benchmark::State& state) {
  const std::string_view line = state.range(0) == 0 ? kObservation : kRow;
  std::string chunk;
  while (chunk.size() < 64 * 1024) chunk.append(line).append("\n");
  RecordSplitter splitter(state.range(0) == 0 ? RecordKind::kNdjson : RecordKind::kCsv, kRecordBytesMax);
  std::size_t records = 0;
  for (auto _ : state) splitter.push(chunk, [&](const RawRecord& record) { records += !record.text.empty(); });
  benchmark::DoNotOptimize(records);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * chunk.size()));
}
BENCHMARK(BM_Splitter)->Arg(0)->Arg(1)->MinTime(0.1);

void BM_SimulatedTestLines(benchmark::State& state) {
  SimulationSettings settings;
  settings.residents = 1'000'000;
  const SimulatedCounty county(settings);
  std::string out;
  std::uint32_t resident = 0;
  std::int64_t lines = 0;
  for (auto _ : state) {
    if (out.size() > 1'000'000) out.clear();
    lines += county.append_test_line(resident, 0, out);
    resident = (resident + 1) % settings.residents;
  }
  benchmark::DoNotOptimize(out.data());
  state.SetItemsProcessed(lines);
}
BENCHMARK(BM_SimulatedTestLines)->MinTime(0.1);

}  // namespace

BENCHMARK_MAIN();
