#include "feed/simulate.h"

#include <array>

#include "base/assert.h"
#include "feed/simulate_text.h"

namespace mingma::feed {

namespace {

constexpr std::uint32_t kHousehold = kSimulatedHousehold;
constexpr std::uint32_t kOnsetNights = 7;

// What a draw is for; drawing for one purpose never changes another.
enum Stream : std::uint64_t { kSurname = 1, kGivenName, kOutbreak, kHouseholdInfection, kMemberInfection, kOnset };

constexpr std::array<std::string_view, 48> kSurnames{
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
    "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛"};
constexpr std::array<std::string_view, 64> kGivenCharacters{
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "秀", "霞", "平", "刚", "桂", "英", "华", "玉", "兰", "萍", "红", "建", "国", "文", "辉",
    "力", "永", "健", "世", "广", "志", "义", "兴", "良", "海", "山", "仁", "波", "宁", "贵", "福",
    "生", "龙", "元", "全", "胜", "学", "祥", "才", "发", "武", "新", "利", "清", "飞", "彬", "富"};

// Document numbers: the index, spread over birth dates, then sequence numbers, then a hundred unassigned county codes.
constexpr std::uint32_t kFirstCountyCode = 419'900;
constexpr std::uint32_t kCountyCodes = 100;
constexpr std::uint32_t kSequences = 999;
constexpr std::uint32_t kBirthDays = 31'391;     // a prime; 1934-01-01 onwards, to the end of 2019
constexpr std::uint32_t kBirthDayStep = 12'347;  // coprime to it
constexpr CivilDate kFirstBirthDate{-13'149};

}  // namespace

std::string_view to_string(SimulatedRole role) {
  switch (role) {
    case SimulatedRole::kCommand:
      return "command";
    case SimulatedRole::kCdc:
      return "cdc";
    case SimulatedRole::kLaboratory:
      return "laboratory";
    case SimulatedRole::kHospital:
      return "hospital";
    case SimulatedRole::kBorderPost:
      return "border_post";
    case SimulatedRole::kCommunity:
      return "community";
  }
  return {};
}

SimulatedCounty::SimulatedCounty(const SimulationSettings& settings) : settings_(settings) {
  MINGMA_ASSERT(settings.residents >= kHousehold && settings.residents <= 100'000'000);
  MINGMA_ASSERT(settings.townships >= 1 && settings.townships <= 99 && settings.clusters <= settings.townships);
  MINGMA_ASSERT(settings.laboratories >= 1 && settings.laboratories <= 64);
  MINGMA_ASSERT(settings.county.county() == settings.county);
  institutions_ = {{"SIM-COMMAND", SimulatedRole::kCommand, "模拟县疫情防控指挥部", settings.county},
                   {"SIM-CDC", SimulatedRole::kCdc, "模拟县疾病预防控制中心", settings.county},
                   {"SIM-HOSPITAL", SimulatedRole::kHospital, "模拟县定点医院", settings.county},
                   {"SIM-BORDER", SimulatedRole::kBorderPost, "模拟航空口岸联检站", settings.county},
                   {"SIM-COMMUNITY", SimulatedRole::kCommunity, "模拟县社区防控办公室", settings.county}};
  for (std::uint32_t i = 1; i <= settings.laboratories; ++i) {
    std::string id = "SIM-LAB-";
    append_digits(id, i, 2);
    institutions_.push_back(
        {id, SimulatedRole::kLaboratory, "第" + std::to_string(i) + "模拟医学检验所", settings.county});
  }
}

std::size_t SimulatedCounty::institution_of(SimulatedRole role) const {
  std::size_t i = 0;
  while (institutions_[i].role != role) ++i;
  return i;
}

// SplitMix64's finaliser over a counter: the same quality as SeededRng, with random access.
std::uint64_t SimulatedCounty::draw(std::uint64_t stream, std::uint64_t index) const {
  std::uint64_t z = settings_.seed + (stream << 56) + (index + 1) * 0x9E37'79B9'7F4A'7C15ULL;
  for (int round = 0; round < 2; ++round) {
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBULL;
    z ^= z >> 31;
  }
  return z;
}

// Households live together: townships are ranges of whole households.
std::uint32_t SimulatedCounty::township_of(std::uint32_t index) const {
  const std::uint64_t households = (settings_.residents + kHousehold - 1) / kHousehold;
  return static_cast<std::uint32_t>(std::uint64_t{index / kHousehold} * settings_.townships / households);
}

DivisionCode SimulatedCounty::home_of(std::uint32_t index) const {
  return DivisionCode{settings_.county.value + 1 + township_of(index)};
}

std::size_t SimulatedCounty::laboratory_of(std::uint32_t index) const {
  return institution_of(SimulatedRole::kLaboratory) + index / kHousehold % settings_.laboratories;
}

// The outbreak townships are `clusters` consecutive ones from a drawn start.
bool SimulatedCounty::is_outbreak(std::uint32_t township) const {
  const std::uint32_t start = static_cast<std::uint32_t>(draw(kOutbreak, 0) % settings_.townships);
  return (township + settings_.townships - start) % settings_.townships < settings_.clusters;
}

int SimulatedCounty::onset_night(std::uint32_t index) const {
  const std::uint32_t household = index / kHousehold;
  const std::uint32_t per_million = is_outbreak(township_of(index)) ? settings_.cluster_households_per_million
                                                                    : settings_.scattered_households_per_million;
  const std::uint64_t drawn = draw(kHouseholdInfection, household);
  if (drawn % 1'000'000 >= per_million) return -1;
  const std::uint32_t first = static_cast<std::uint32_t>((drawn >> 32) % kHousehold);
  const int first_night = static_cast<int>(draw(kOnset, household) % kOnsetNights);
  if (index % kHousehold == first) return first_night;
  const std::uint64_t member = draw(kMemberInfection, index);
  if (member % 100 >= 60) return -1;  // six in ten of a household catch it, one to three nights later
  return first_night + 1 + static_cast<int>((member >> 32) % 3);
}

CivilDate SimulatedCounty::birth_date(std::uint32_t index) const {
  const std::uint64_t day =
      (std::uint64_t{index % kBirthDays} * kBirthDayStep + settings_.seed % kBirthDays) % kBirthDays;
  return {kFirstBirthDate.days + static_cast<std::int32_t>(day)};
}

void SimulatedCounty::append_document_number(std::uint32_t index, std::string& out) const {
  const std::uint32_t turn = index / kBirthDays;
  const YearMonthDay birth = year_month_day(birth_date(index));
  const std::size_t begin = out.size();
  append_digits(out, kFirstCountyCode + turn / kSequences % kCountyCodes, 6);
  append_digits(out, static_cast<std::uint64_t>(birth.year), 4);
  append_digits(out, static_cast<std::uint64_t>(birth.month), 2);
  append_digits(out, static_cast<std::uint64_t>(birth.day), 2);
  append_digits(out, 1 + turn % kSequences, 3);
  out += resident_id_check_character(std::string_view(out).substr(begin));
}

void SimulatedCounty::append_name(std::uint32_t index, std::string& out) const {
  // Two of a household share the surname.
  const std::uint32_t family = index % kHousehold == 1 ? index : index / kHousehold * kHousehold;
  const std::uint64_t given = draw(kGivenName, index);
  out += kSurnames[draw(kSurname, family) % kSurnames.size()];
  out += kGivenCharacters[given % kGivenCharacters.size()];
  if ((given >> 16) % 3 != 0) out += kGivenCharacters[(given >> 32) % kGivenCharacters.size()];
}

SimulatedResident SimulatedCounty::resident(std::uint32_t index) const {
  MINGMA_ASSERT(index < settings_.residents);
  SimulatedResident resident;
  resident.person.document = DocumentType::kResidentId;
  resident.person.system = kResidentIdSystem;
  append_document_number(index, resident.person.number);
  append_name(index, resident.person.name);
  resident.person.birth_date = birth_date(index);
  resident.home = home_of(index);
  return resident;
}

std::string_view SimulatedCounty::roster_csv_header() { return "document_type,document_number,name,birth_date,home\n"; }

void SimulatedCounty::append_roster_csv(std::uint32_t index, std::string& out) const {
  out += "resident_id,";
  append_document_number(index, out);
  out += ',';
  append_name(index, out);
  out += ',' + birth_date(index).to_string() + ',' + home_of(index).to_string() + '\n';
}

void SimulatedCounty::append_roster_json(std::uint32_t index, std::string& out) const {
  out += R"({"document_type":"resident_id","document_number":")";
  append_document_number(index, out);
  out += R"(","name":")";
  append_name(index, out);
  out += R"(","birth_date":")" + birth_date(index).to_string() + R"(","home":")" + home_of(index).to_string() + "\"}\n";
}

}  // namespace mingma::feed
