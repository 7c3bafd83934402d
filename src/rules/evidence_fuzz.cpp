// Evidence and facts from outside, as JSON and as images: what is accepted must survive being written and read again.
#include <array>
#include <cstdlib>

#include "rules/evidence.h"
#include "rules/facts.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mingma;
  using namespace mingma::rules;
  const ByteView input(data, size);
  if (const auto evidence = read_evidence(input); evidence.ok()) {
    std::array<std::uint8_t, kEvidenceImageBytes> image{};
    write_evidence(*evidence, image);
    require(equal(image, input));
  }
  if (const auto row = FactRow::read(input); row.ok()) {
    std::array<std::uint8_t, FactRow::kImageBytes> image{};
    row->write(image);
    require(equal(image, input));
  }
  const auto json = parse_json(as_text(input));
  if (!json.ok()) return 0;
  if (const auto evidence = evidence_from_json(*json); evidence.ok()) {
    const auto again = evidence_from_json(evidence_to_json(*evidence));
    require(again.ok() && *again == *evidence);
  }
  if (const auto row = facts_from_json(*json); row.ok()) {
    const auto again = facts_from_json(facts_to_json(*row));
    require(again.ok() && *again == *row);
  }
  return 0;
}
