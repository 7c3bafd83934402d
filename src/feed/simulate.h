// A made-up county and its epidemic, for demonstrations, tests and measurements: residents, a night's test results as
// FHIR lines, findings of the CDC, the hospital and the border post, area orders. Nobody in it exists.
//
// Everything is a pure function of (settings, resident, night): any line can be made at any time, in any order, on any
// thread, without memory of the others; the same seed gives the same bytes on every machine. No clock, no files, no
// floating point. Document numbers are valid by GB 11643 and begin with 4199, a prefecture of Henan that has never been
// assigned.
//
// The epidemic: `clusters` townships have an outbreak, the others a few scattered cases. People live in households of
// three who catch it from each other. A person falls ill on an onset night and tests positive for nine nights from
// then; everyone is tested every night, in pools of ten, except those who stay away. The next morning the hospital
// reports a case, and the CDC names the household and some neighbours as close contacts, orders their isolation, and
// ends it seven days later; the hospital lets the case go after ten.
//
// Threading: immutable after construction; every method may be called from any thread.
// Limits: 100,000,000 residents, 200 nights, 64 laboratories.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "feed/identity.h"
#include "rules/evidence.h"

namespace mingma::feed {

struct SimulationSettings {
  std::uint64_t seed = 1;
  std::uint32_t residents = 20'000;
  DivisionCode county{410'103'000};  // its townships are ...001 to ...<townships>
  std::uint32_t townships = 12;
  std::uint32_t laboratories = 4;
  std::uint32_t clusters = 2;  // townships with an outbreak; at most `townships`
  std::uint32_t cluster_households_per_million = 12'000;
  std::uint32_t scattered_households_per_million = 60;
  std::uint32_t absent_per_thousand = 30;    // of each night's tests
  std::uint32_t arrivals_per_million = 400;  // residents who come back each day, one in ten of them from abroad
  UnixSeconds first_evening{1'668'160'800};  // sampling of night 0 begins: 2022-11-11 18:00 at UTC+8; four hours long
};

enum class SimulatedRole : std::uint8_t { kCommand, kCdc, kLaboratory, kHospital, kBorderPost, kCommunity };
std::string_view to_string(
    SimulatedRole role);  // "command", "cdc", "laboratory", "hospital", "border_post", "community"

struct SimulatedInstitution {
  std::string id;  // "SIM-LAB-01"
  SimulatedRole role = SimulatedRole::kLaboratory;
  std::string name;  // 郑州市第1模拟医学检验所
  DivisionCode division;
};

struct SimulatedResident {
  PersonIdentity person;
  DivisionCode home;  // township
};

// What one institution says about one resident, apart from test results.
struct SimulatedFinding {
  std::size_t institution = 0;  // index in institutions()
  std::uint32_t resident = 0;
  rules::Evidence evidence;
  std::string source_record;
  UnixSeconds signed_at;
};

// As shard::AreaOrderDocument; JSON of the same form from area_order_json().
struct SimulatedAreaOrder {
  std::string number;
  std::size_t institution = 0;
  DivisionCode area;
  std::string_view level;     // "low", "medium", "high"
  std::string_view lockdown;  // "none", "precaution", "control", "lockdown"
  std::uint8_t test_interval_hours = 0;
  UnixSeconds from;
  UnixSeconds until;
};

class SimulatedCounty final {
 public:
  explicit SimulatedCounty(const SimulationSettings& settings);  // asserts the limits

  const SimulationSettings& settings() const { return settings_; }
  const std::vector<SimulatedInstitution>& institutions() const { return institutions_; }
  std::size_t institution_of(SimulatedRole role) const;  // the first with that role

  SimulatedResident resident(std::uint32_t index) const;  // index < residents
  DivisionCode home_of(std::uint32_t index) const;
  std::size_t laboratory_of(
      std::uint32_t index) const;  // index in institutions(); a resident always goes to the same one
  // The night a resident falls ill; -1: never.
  int onset_night(std::uint32_t index) const;

  // The evidence a resident's test of one night carries; false when they stayed away.
  bool test(std::uint32_t index, std::uint32_t night, rules::Evidence& out) const;
  // The same as a FHIR Observation with its Patient inside, one line with its line end; appends nothing and returns
  // false when they stayed away. Send the lines of each laboratory as its own submission.
  bool append_test_line(std::uint32_t index, std::uint32_t night, std::string& out) const;
  // The test's number at the laboratory.
  void append_specimen_number(std::uint32_t index, std::uint32_t night, std::string& out) const;

  // Findings that are signed on the day after `night`, ordered by resident. One pass over all residents.
  using FindingSink = std::function<void(const SimulatedFinding&)>;
  void for_each_finding(std::uint32_t night, const FindingSink& sink) const;
  // Orders signed on the day after `night`: the county's testing from night 0, an outbreak township's lockdown on
  // night 1.
  std::vector<SimulatedAreaOrder> area_orders(std::uint32_t night) const;

  // Registration lists. CSV: document_type,document_number,name,birth_date,home. Lines end in LF.
  static std::string_view roster_csv_header();
  void append_roster_csv(std::uint32_t index, std::string& out) const;
  // {"document_type":"resident_id","document_number":"...","name":"...","birth_date":"...","home":"410103001"}
  void append_roster_json(std::uint32_t index, std::string& out) const;
  // {"type":"statement","institution":...,"person":{...},"evidence":{...},"source_record":...,"signed_at":...}
  std::string finding_json(const SimulatedFinding& finding) const;
  std::string area_order_json(const SimulatedAreaOrder& order) const;

 private:
  std::uint64_t draw(std::uint64_t stream, std::uint64_t index) const;  // uniform 64 bits
  bool is_outbreak(std::uint32_t township) const;
  std::uint32_t township_of(std::uint32_t index) const;
  void append_document_number(std::uint32_t index, std::string& out) const;
  void append_name(std::uint32_t index, std::string& out) const;
  CivilDate birth_date(std::uint32_t index) const;
  void for_each_contact(std::uint32_t index,
                        const std::function<void(std::uint32_t, rules::ContactLevel)>& visit) const;
  void case_findings(std::uint32_t index, UnixSeconds morning, const FindingSink& sink) const;
  void release_findings(std::uint32_t index, UnixSeconds morning, const FindingSink& sink) const;
  void arrival_findings(std::uint32_t index, std::uint32_t night, const FindingSink& sink) const;

  SimulationSettings settings_;
  std::vector<SimulatedInstitution> institutions_;
};

}  // namespace mingma::feed
