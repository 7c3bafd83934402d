#include <string>

#include "base/assert.h"
#include "rules/facts.h"

namespace mingma::rules {
namespace {

using enum FactId;
using Values = FactValueInfo[];

constexpr FactValueInfo kNoValue{"none", "无", "none"};

constexpr Values kCaseStatuses = {kNoValue,
                                  {"screening_positive", "初筛阳性", "screening positive"},
                                  {"pooled_positive", "混管阳性", "pooled positive"},
                                  {"suspected", "疑似病例", "suspected case"},
                                  {"confirmed", "确诊病例", "confirmed case"},
                                  {"asymptomatic", "无症状感染者", "asymptomatic infection"},
                                  {"re_positive", "复阳", "positive again"}};
constexpr Values kSeverities = {
    kNoValue, {"mild", "轻型", "mild"}, {"moderate", "普通型", "moderate"}, {"severe", "重型", "severe"}};
constexpr Values kContactLevels = {kNoValue,
                                   {"general", "一般接触者", "general contact"},
                                   {"secondary", "密接的密接", "contact of a close contact"},
                                   {"close", "密切接触者", "close contact"}};
constexpr Values kOverlapKinds = {kNoValue,
                                  {"time_space", "时空伴随", "same time and place"},
                                  {"confined_space", "同密闭空间", "same confined space"},
                                  {"same_vehicle", "同乘交通工具", "same vehicle"},
                                  {"regional_assist", "区域协查", "named in an assistance letter"},
                                  {"potential_contact", "潜在接触", "potential contact"},
                                  {"venue_exposure", "涉疫场所暴露", "exposed venue"}};
constexpr Values kOverlapSources = {
    kNoValue, {"national", "国家推送", "national level"}, {"local", "本地判定", "local finding"}};
constexpr Values kControlKinds = {kNoValue,
                                  {"hospital", "住院隔离", "hospital"},
                                  {"central_isolation", "集中隔离", "central isolation"},
                                  {"home_isolation", "居家隔离", "home isolation"},
                                  {"home_monitoring", "居家健康监测", "home monitoring"}};
constexpr Values kControlReasons = {kNoValue,
                                    {"case", "病例", "case"},
                                    {"close_contact", "密切接触", "close contact"},
                                    {"secondary_contact", "次密接", "secondary contact"},
                                    {"inbound", "入境", "entry from abroad"},
                                    {"area", "风险区", "risk area"},
                                    {"post_work", "结束闭环作业", "after closed-loop work"},
                                    {"other", "其他", "other"}};
constexpr Values kOrigins = {kNoValue,
                             {"same_province", "省内", "same province"},
                             {"other_province", "省外", "another province"},
                             {"abroad", "境外", "abroad"}};
constexpr Values kZones = {kNoValue,
                           {"low", "低风险区", "low-risk area"},
                           {"medium", "中风险区", "medium-risk area"},
                           {"high", "高风险区", "high-risk area"}};
constexpr Values kLockdowns = {kNoValue,
                               {"precaution", "防范区", "precaution zone"},
                               {"control", "管控区", "control zone"},
                               {"lockdown", "封控区", "lockdown zone"}};
constexpr Values kWorkGroups = {kNoValue,
                                {"closed_loop_high_risk", "闭环高风险岗位", "high-risk post in a closed loop"},
                                {"cold_chain", "冷链从业", "cold chain"},
                                {"key_industry", "重点行业", "key industry"}};
constexpr Values kItemContacts = {
    kNoValue, {"ordinary", "一般接触", "ordinary contact"}, {"frequent", "频繁接触", "frequent contact"}};

constexpr FactInfo instant(FactId id, std::string_view name, std::string_view zh, std::string_view en) {
  return {id, name, FactKind::kInstant, true, 0, {}, zh, en};
}
constexpr FactInfo enumeration(FactId id, std::string_view name, std::span<const FactValueInfo> values,
                               std::string_view zh, std::string_view en) {
  return {id, name, FactKind::kEnumeration, false, static_cast<std::uint8_t>(values.size() - 1), values, zh, en};
}
constexpr FactInfo integer(FactId id, std::string_view name, std::uint8_t value_max, std::string_view zh,
                           std::string_view en) {
  return {id, name, FactKind::kInteger, false, value_max, {}, zh, en};
}
constexpr FactInfo boolean(FactId id, std::string_view name, std::string_view zh, std::string_view en) {
  return {id, name, FactKind::kBoolean, false, 1, {}, zh, en};
}

constexpr std::array<FactInfo, kFacts> kSchema = {
    instant(kCaseReleasedAt, "case_released_at", "病例出院或解除隔离时间",
            "discharge, or end of isolation, of the case"),
    instant(kCaseExcludedAt, "case_excluded_at", "复核排除时间", "exclusion of the case by review"),
    instant(kLastExposureAt, "last_exposure_at", "末次暴露时间", "last exposure as a contact of the highest class"),
    instant(kSecondaryExposureAt, "secondary_exposure_at", "次密接末次暴露时间",
            "last exposure as a contact of a close contact"),
    instant(kOverlapAt, "overlap_at", "最近一次暴露时间", "latest exposure below contact level"),
    instant(kControlStartedAt, "control_started_at", "管控开始时间", "start of the latest control order"),
    instant(kControlEndedAt, "control_ended_at", "管控解除时间", "end of the latest control order"),
    instant(kEnteredCountryAt, "entered_country_at", "最近入境时间", "latest entry into the country"),
    instant(kArrivedAt, "arrived_at", "最近抵达本省时间", "latest arrival in the province"),
    instant(kLeftHighAt, "left_high_at", "离开高风险区时间", "last departure from a high-risk area"),
    instant(kLeftMediumAt, "left_medium_at", "离开中风险区时间", "last departure from a medium-risk area"),
    instant(kLeftRiskCountyAt, "left_risk_county_at", "离开中高风险区所在县时间",
            "last departure from a county with a medium- or high-risk area"),
    instant(kLeftRiskCityAt, "left_risk_city_at", "离开中高风险区所在市时间",
            "last departure from a city with a medium- or high-risk area"),
    instant(kLastSampledAt, "last_sampled_at", "最近采样时间", "latest sampling"),
    instant(kLastNegativeSampledAt, "last_negative_sampled_at", "最近阴性采样时间",
            "sampling of the latest negative result"),
    instant(kSecondNegativeSampledAt, "second_negative_sampled_at", "倒数第二次阴性采样时间",
            "latest negative at least 24 hours before that"),
    instant(kThirdNegativeSampledAt, "third_negative_sampled_at", "倒数第三次阴性采样时间",
            "latest negative at least 24 hours before the second"),
    instant(kLastPositiveSampledAt, "last_positive_sampled_at", "最近阳性采样时间",
            "sampling of the latest positive result"),
    instant(kTestDueAt, "test_due_at", "应检截止时间", "when a test that was ordered, and not yet taken, is due"),
    instant(kFeverClinicAt, "fever_clinic_at", "最近发热门诊就诊时间", "latest visit to a fever clinic"),
    instant(kClosedLoopEndedAt, "closed_loop_ended_at", "结束闭环作业时间", "end of closed-loop work"),
    instant(kColdChainLeftAt, "cold_chain_left_at", "末次接触阳性物品时间", "last contact with a positive item"),
    FactInfo{kLastDoseOn,
             "last_dose_on",
             FactKind::kDate,
             true,
             0,
             {},
             "最近一剂疫苗接种日期",
             "date of the latest vaccination"},
    enumeration(kCaseStatus, "case_status", kCaseStatuses, "病例状态", "case status"),
    enumeration(kCaseSeverity, "case_severity", kSeverities, "临床分型", "clinical grade"),
    integer(kCtHighConsecutive, "ct_high_consecutive", 255, "最近连续Ct值达标检测次数",
            "latest consecutive tests at or above the Ct limit"),
    enumeration(kContactLevel, "contact_level", kContactLevels, "接触者类别", "highest contact class not cleared"),
    boolean(kIndexContactFirstTwoNegative, "index_contact_first_two_negative", "对应密接前两次检测阴性",
            "first two tests of the linked close contact are negative"),
    enumeration(kOverlapKind, "overlap_kind", kOverlapKinds, "最近一次暴露类型",
                "kind of the latest exposure below contact level"),
    enumeration(kOverlapSource, "overlap_source", kOverlapSources, "暴露判定来源", "who found that exposure"),
    boolean(kRiskCleared, "risk_cleared", "风险已排除", "exposures reviewed and cleared"),
    enumeration(kControlKind, "control_kind", kControlKinds, "最近管控措施", "latest control order"),
    enumeration(kControlReason, "control_reason", kControlReasons, "管控原因", "reason of that order"),
    boolean(kControlTestsDone, "control_tests_done", "管控期内检测均已完成且阴性",
            "all tests that order required are done and negative"),
    boolean(kEntryPortInProvince, "entry_port_in_province", "经本省口岸入境", "entry was at a port of this province"),
    enumeration(kArrivedFrom, "arrived_from", kOrigins, "来自何处", "where the latest arrival came from"),
    boolean(kArrivalRegistered, "arrival_registered", "抵达已报备", "arrival was declared"),
    boolean(kInJurisdiction, "in_jurisdiction", "现在本省", "present in the province"),
    enumeration(kZoneNow, "zone_now", kZones, "现所在地风险等级", "risk level of the present place"),
    enumeration(kLockdownNow, "lockdown_now", kLockdowns, "现所在地管理分类", "zone class of the present place"),
    integer(kAreaTestHours, "area_test_hours", 255, "所在区域检测间隔(小时)",
            "hours between tests required at the present place; 0: none"),
    boolean(kTestSinceArrival, "test_since_arrival", "抵达后已采样", "sampled after the latest arrival"),
    integer(kSpacedNegatives3d, "spaced_negatives_3d", 4, "抵达后72小时内间隔24小时阴性次数",
            "most negatives 24 hours apart within 72 hours, after the latest arrival"),
    integer(kNegativesSinceControl, "negatives_since_control", 255, "管控以来阴性天数",
            "days with a negative since the latest control order began"),
    boolean(kRecheckSingleNegative, "recheck_single_negative", "混管阳性后单管复核阴性",
            "single-tube recheck after a pooled positive is negative"),
    boolean(kSymptomsReported, "symptoms_reported", "申报有症状", "symptoms declared and not withdrawn"),
    boolean(kUnexplainedFever, "unexplained_fever", "不明原因发热", "fever found at the clinic and not explained"),
    boolean(kFeverClinicCleared, "fever_clinic_cleared", "发热门诊已排除", "the fever clinic excluded the disease"),
    integer(kVaccineDoses, "vaccine_doses", 20, "疫苗接种剂次", "number of the latest vaccine dose"),
    enumeration(kWorkGroup, "work_group", kWorkGroups, "岗位类别", "occupation group"),
    boolean(kBubbleMember, "bubble_member", "闭环管理区内人员", "inside an isolation-free closed loop"),
    enumeration(kColdChainContact, "cold_chain_contact", kItemContacts, "阳性物品接触程度",
                "contact with a positive item"),
};

constexpr std::uint32_t kDay = 86'400;
constexpr ImplicationKind kHas = ImplicationKind::kPresent;

constexpr FactImplication kImplications[] = {
    {kHas, kCaseReleasedAt, kCaseStatus},
    {kHas, kCaseExcludedAt, kCaseStatus},
    {kHas, kCaseSeverity, kCaseStatus},
    {kHas, kContactLevel, kLastExposureAt},
    {kHas, kLastExposureAt, kContactLevel},
    {kHas, kSecondaryExposureAt, kLastExposureAt},
    {ImplicationKind::kAtLeast, kSecondaryExposureAt, kContactLevel, 2},
    {kHas, kIndexContactFirstTwoNegative, kContactLevel},
    {kHas, kOverlapKind, kOverlapAt},
    {kHas, kOverlapAt, kOverlapKind},
    {kHas, kOverlapSource, kOverlapAt},
    {kHas, kOverlapAt, kOverlapSource},
    {kHas, kControlKind, kControlStartedAt},
    {kHas, kControlStartedAt, kControlKind},
    {kHas, kControlReason, kControlStartedAt},
    {kHas, kControlStartedAt, kControlReason},
    {ImplicationKind::kNotLater, kControlEndedAt, kControlStartedAt, 1},
    {kHas, kControlTestsDone, kControlEndedAt},
    {kHas, kNegativesSinceControl, kControlStartedAt},
    {kHas, kNegativesSinceControl, kLastNegativeSampledAt},
    {kHas, kEntryPortInProvince, kEnteredCountryAt},
    {kHas, kArrivedFrom, kArrivedAt},
    {kHas, kArrivedAt, kArrivedFrom},
    {kHas, kArrivalRegistered, kArrivedAt},
    {kHas, kTestSinceArrival, kArrivedAt},
    {kHas, kTestSinceArrival, kLastSampledAt},
    {ImplicationKind::kNotEarlier, kLeftHighAt, kLeftRiskCountyAt, 0},
    {ImplicationKind::kNotEarlier, kLeftMediumAt, kLeftRiskCountyAt, 0},
    {ImplicationKind::kNotEarlier, kLeftRiskCountyAt, kLeftRiskCityAt, 0},
    {ImplicationKind::kNotEarlier, kLastNegativeSampledAt, kLastSampledAt, 0},
    {ImplicationKind::kNotEarlier, kLastPositiveSampledAt, kLastSampledAt, 0},
    {ImplicationKind::kNotEarlier, kSecondNegativeSampledAt, kLastNegativeSampledAt, kDay},
    {ImplicationKind::kNotEarlier, kThirdNegativeSampledAt, kSecondNegativeSampledAt, kDay},
    {kHas, kSpacedNegatives3d, kLastNegativeSampledAt},
    {kHas, kRecheckSingleNegative, kLastNegativeSampledAt},
    {kHas, kRecheckSingleNegative, kLastPositiveSampledAt},
    {kHas, kCtHighConsecutive, kLastSampledAt},
    {kHas, kUnexplainedFever, kFeverClinicAt},
    {kHas, kFeverClinicCleared, kFeverClinicAt},
    {kHas, kVaccineDoses, kLastDoseOn},
    {kHas, kLastDoseOn, kVaccineDoses},
    {kHas, kClosedLoopEndedAt, kWorkGroup},
    {kHas, kColdChainContact, kColdChainLeftAt},
    {kHas, kColdChainLeftAt, kColdChainContact},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kFacts; ++i) {
    if (static_cast<std::size_t>(kSchema[i].id) != i) return false;
    const FactKind expected = i < kInstantFacts ? FactKind::kInstant : FactKind::kDate;
    if (i < kInstantFacts + kDateFacts && kSchema[i].kind != expected) return false;
    if (i >= kInstantFacts + kDateFacts &&
        (kSchema[i].kind == FactKind::kInstant || kSchema[i].kind == FactKind::kDate))
      return false;
  }
  return true;
}
static_assert(in_order(), "the table is indexed by FactId; instants come first, then dates");

std::string_view kind_name(FactKind kind) {
  switch (kind) {
    case FactKind::kInstant:
      return "instant";
    case FactKind::kDate:
      return "date";
    case FactKind::kEnumeration:
      return "enumeration";
    case FactKind::kInteger:
      return "integer";
    case FactKind::kBoolean:
      return "boolean";
  }
  MINGMA_ASSERT(false);
  return {};
}

}  // namespace

std::span<const FactInfo> fact_schema() { return kSchema; }

const FactInfo& fact_info(FactId id) {
  MINGMA_ASSERT(static_cast<std::size_t>(id) < kFacts);
  return kSchema[static_cast<std::size_t>(id)];
}

const FactInfo* find_fact(std::string_view name) {
  for (const FactInfo& info : kSchema) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

std::optional<std::uint8_t> find_fact_value(const FactInfo& fact, std::string_view value) {
  for (std::size_t i = 0; i < fact.values.size(); ++i) {
    if (fact.values[i].name == value) return static_cast<std::uint8_t>(i);
  }
  return std::nullopt;
}

std::string fact_schema_text() {
  std::string text = "mingma fact schema " + std::to_string(kFactSchemaVersion) + "\n";
  for (const FactInfo& info : kSchema) {
    text += std::string(info.name) + " " + std::string(kind_name(info.kind)) + " " + std::to_string(info.value_max);
    for (const FactValueInfo& value : info.values) text += " " + std::string(value.name);
    text += "\n";
  }
  return text;
}

std::span<const FactImplication> fact_implications() { return kImplications; }

}  // namespace mingma::rules
