#include "feed/fhir_scope.h"

#include "feed/feed_time.h"

namespace mingma::feed {

namespace {

constexpr std::array<std::string_view, 2> kResource{"resourceType", "id"};
constexpr std::array<std::string_view, 3> kReference{"reference", "identifier", "display"};
constexpr std::array<std::string_view, 4> kIdentifier{"system", "value", "type", "use"};
constexpr std::array<std::string_view, 3> kPatient{"identifier", "name", "birthDate"};
constexpr std::array<std::string_view, 3> kName{"text", "family", "given"};
constexpr std::array<std::string_view, 3> kSpecimen{"identifier", "accessionIdentifier", "collection"};
constexpr std::array<std::string_view, 2> kCollection{"collectedDateTime", "collectedPeriod"};
constexpr std::array<std::string_view, 2> kPeriod{"start", "end"};
constexpr std::array<std::string_view, 2> kMeta{"tag", "security"};
constexpr std::array<std::string_view, 2> kTag{"system", "code"};

struct Identifier {
  std::string_view system;
  std::string_view value;
  bool is_old = false;
  bool is_passport = false;
  bool is_preferred = false;
};

Result<Identifier> read_identifier(const Element& element, const Path& path, std::string_view preferred) {
  MINGMA_TRY(const auto members, Members<4>::read(element, kIdentifier, path));
  Identifier identifier;
  MINGMA_TRY(identifier.system, members.text(0, path));
  MINGMA_TRY(identifier.value, members.text(1, path));
  MINGMA_TRY(const std::string_view use, members.text(3, path));
  identifier.is_old = use == "old";
  if (members.has(2)) {
    const Path at_type{&path, "type", 0};
    MINGMA_CHECK(for_each_coding(members.at(2), at_type, [&](const Coding& coding) {
      if (coding.code == "PPN") identifier.is_passport = true;
      if (!preferred.empty() && coding.code == preferred) identifier.is_preferred = true;
    }));
  }
  return identifier;
}

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

// HumanName as one text. Chinese names are written family name first and without a space.
Result<std::string> read_name(const Element& element, const Path& path) {
  MINGMA_TRY(const auto members, Members<3>::read(element, kName, path));
  MINGMA_TRY(const std::string_view text, members.text(0, path));
  MINGMA_TRY(const std::string_view family, members.text(1, path));
  MINGMA_TRY(const auto given_names, members.array(2, path));
  std::string name(text);
  if (name.empty()) {
    std::string given;
    MINGMA_CHECK(for_each(given_names, path, "given", [&](const Element& part, const Path& at) -> Result<void> {
      std::string_view word;
      if (part.is_null()) return {};
      if (part.get(word) != simdjson::SUCCESS) return fhir_error(errors::kFeedNotFhir, "not a string", at);
      if (!given.empty() && is_ascii(word)) given += ' ';
      given += word;
      return {};
    }));
    name = is_ascii(family) ? given + (given.empty() || family.empty() ? "" : " ") + std::string(family)
                            : std::string(family) + given;
  }
  cut_at_character(name, kNameBytesMax);
  return name;
}

// Adds the document of the best identifier: a resident ID before a passport before any other, in the order of the text.
Result<bool> choose_document(PersonIdentity& person, const std::optional<simdjson::dom::array>& identifiers,
                             const Path& path) {
  std::optional<Identifier> best;
  int best_rank = 3;
  std::size_t best_index = 0;
  std::size_t index = 0;
  MINGMA_CHECK(for_each(identifiers, path, "identifier", [&](const Element& element, const Path& at) -> Result<void> {
    MINGMA_TRY(const Identifier identifier, read_identifier(element, at, {}));
    const std::size_t here = index++;
    if (identifier.value.empty() || identifier.is_old) return {};
    const int rank = identifier.system == kResidentIdSystem                                           ? 0
                     : identifier.is_passport || identifier.system.starts_with(kPassportSystemPrefix) ? 1
                                                                                                      : 2;
    if (rank < best_rank) {
      best_rank = rank;
      best = identifier;
      best_index = here;
    }
    return {};
  }));
  if (!best) return false;
  const Path at_array{&path, "identifier", 0};
  const Path at{&at_array, {}, best_index};
  auto set = set_document(person, best->system, best->value, best->is_passport);
  if (!set.ok()) return fhir_error(set.error().info(), set.error().message(), at, "value");
  return true;
}

Result<PersonIdentity> read_patient_parts(const Element& patient, const Path& path, bool& has_document) {
  MINGMA_TRY(const auto members, Members<3>::read(patient, kPatient, path));
  PersonIdentity person;
  MINGMA_TRY(const auto names, members.array(1, path));
  MINGMA_CHECK(for_each(names, path, "name", [&](const Element& element, const Path& at) -> Result<void> {
    if (!person.name.empty()) return {};
    MINGMA_TRY(person.name, read_name(element, at));
    return {};
  }));
  MINGMA_TRY(const std::string_view birth_date, members.text(2, path));
  if (!birth_date.empty()) person.birth_date = parse_birth_date(birth_date);
  MINGMA_TRY(const auto identifiers, members.array(0, path));
  MINGMA_TRY(has_document, choose_document(person, identifiers, path));
  return person;
}

Error no_document(const Path& path) {
  return fhir_error(errors::kFeedMissingIdentity,
                    "the person has no document number; a name and a birth date identify nobody", path);
}

}  // namespace

std::size_t BundleIndex::find(std::string_view reference) const {
  if (const auto found = by_url.find(reference); found != by_url.end()) return found->second;
  // A relative "Type/id", or an absolute URL that ends so.
  const std::size_t id_at = reference.rfind('/');
  if (id_at == std::string_view::npos || id_at == 0) return kNoEntry;
  const std::size_t type_at = reference.rfind('/', id_at - 1);
  const std::string_view relative = type_at == std::string_view::npos ? reference : reference.substr(type_at + 1);
  const auto found = by_id.find(std::string(relative));
  return found == by_id.end() ? kNoEntry : found->second;
}

std::optional<Element> resolve(const FhirScope& scope, std::string_view reference) {
  if (reference.starts_with('#')) {
    if (!scope.contained) return std::nullopt;
    for (const Element element : *scope.contained) {
      auto members = Members<2>::read(element, kResource, {});
      if (!members.ok() || !members->has(1)) continue;
      std::string_view id;
      if (members->at(1).get(id) == simdjson::SUCCESS && id == reference.substr(1)) return element;
    }
    return std::nullopt;
  }
  if (scope.bundle == nullptr || reference.empty()) return std::nullopt;
  const std::size_t entry = scope.bundle->find(reference);
  if (entry == kNoEntry || scope.bundle->entries[entry].type.empty()) return std::nullopt;
  return scope.bundle->entries[entry].resource;
}

Result<PersonIdentity> read_patient(const Element& patient, const Path& path) {
  bool has_document = false;
  MINGMA_TRY(PersonIdentity person, read_patient_parts(patient, path, has_document));
  if (!has_document) return no_document(path);
  return person;
}

Result<PersonIdentity> read_subject(const FhirScope& scope, const Element& reference_element, const Path& path) {
  MINGMA_TRY(const auto members, Members<3>::read(reference_element, kReference, path));
  MINGMA_TRY(const std::string_view reference, members.text(0, path));
  MINGMA_TRY(const std::string_view display, members.text(2, path));
  PersonIdentity person;
  bool has_document = false;
  bool resolved = false;
  if (const std::optional<Element> patient = resolve(scope, reference)) {
    MINGMA_TRY(person, read_patient_parts(*patient, path, has_document));
    resolved = true;
  } else if (scope.context.patients != nullptr && !reference.empty()) {
    if (const PersonIdentity* known = scope.context.patients->find(reference)) return *known;
  }
  if (has_document) return person;
  if (members.has(1)) {  // a logical reference: the identifier alone
    const Path at{&path, "identifier", 0};
    MINGMA_TRY(const Identifier identifier, read_identifier(members.at(1), at, {}));
    if (!identifier.value.empty()) {
      auto set = set_document(person, identifier.system, identifier.value, identifier.is_passport);
      if (!set.ok()) return fhir_error(set.error().info(), set.error().message(), at, "value");
      if (person.name.empty()) person.name = display;
      cut_at_character(person.name, kNameBytesMax);
      return person;
    }
  }
  if (resolved || reference.empty()) return no_document(path);
  return fhir_error(errors::kFeedUnresolvedSubject,
                    "the person is not in this record; put the Patient in it or give the subject's identifier", path,
                    "reference");
}

Result<SpecimenFacts> read_specimen(const FhirScope& scope, const Element& reference_element, const Path& path) {
  MINGMA_TRY(const auto members, Members<3>::read(reference_element, kReference, path));
  MINGMA_TRY(const std::string_view reference, members.text(0, path));
  SpecimenFacts facts;
  if (members.has(1)) {
    const Path at{&path, "identifier", 0};
    MINGMA_TRY(const Identifier identifier, read_identifier(members.at(1), at, {}));
    facts.number = identifier.value;
  }
  const std::optional<Element> element = resolve(scope, reference);
  if (!element) return facts;
  MINGMA_TRY(const auto specimen, Members<3>::read(*element, kSpecimen, path));
  if (specimen.has(1)) {
    MINGMA_TRY(const Identifier accession, read_identifier(specimen.at(1), path, {}));
    facts.number = accession.value;
  }
  if (facts.number.empty()) {
    MINGMA_TRY(const auto identifiers, specimen.array(0, path));
    MINGMA_TRY(facts.number, first_identifier(identifiers, path, {}));
  }
  if (specimen.has(2)) {
    const Path at{&path, "collection", 0};
    MINGMA_TRY(const auto collection, Members<2>::read(specimen.at(2), kCollection, at));
    MINGMA_TRY(facts.collected, collection.text(0, at));
    if (facts.collected.empty() && collection.has(1)) {
      MINGMA_TRY(facts.collected, read_period(collection.at(1), at));
    }
  }
  return facts;
}

Result<std::string_view> first_identifier(const std::optional<simdjson::dom::array>& identifiers, const Path& path,
                                          std::string_view preferred) {
  std::string_view first;
  std::string_view wanted;
  MINGMA_CHECK(for_each(identifiers, path, "identifier", [&](const Element& element, const Path& at) -> Result<void> {
    MINGMA_TRY(const Identifier identifier, read_identifier(element, at, preferred));
    if (first.empty()) first = identifier.value;
    if (wanted.empty() && identifier.is_preferred) wanted = identifier.value;
    return {};
  }));
  return wanted.empty() ? first : wanted;
}

Result<std::string_view> read_period(const Element& period, const Path& path) {
  MINGMA_TRY(const auto members, Members<2>::read(period, kPeriod, path));
  MINGMA_TRY(const std::string_view start, members.text(0, path));
  if (!start.empty()) return start;
  return members.text(1, path);
}

Result<bool> is_not_production(const Element& meta, const Path& path) {
  MINGMA_TRY(const auto members, Members<2>::read(meta, kMeta, path));
  bool found = false;
  const auto look = [&](std::size_t member, std::string_view name) -> Result<void> {
    MINGMA_TRY(const auto codings, members.array(member, path));
    return for_each(codings, path, name, [&](const Element& element, const Path& at) -> Result<void> {
      MINGMA_TRY(const auto coding, Members<2>::read(element, kTag, at));
      MINGMA_TRY(const std::string_view system, coding.text(0, at));
      MINGMA_TRY(const std::string_view code, coding.text(1, at));
      if (system.ends_with("v2-0103") && (code == "T" || code == "D")) found = true;
      if (system.ends_with("v3-ActReason") && code == "HTEST") found = true;
      return {};
    });
  };
  MINGMA_CHECK(look(0, "tag"));
  MINGMA_CHECK(look(1, "security"));
  return found;
}

}  // namespace mingma::feed
