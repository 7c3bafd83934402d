#include "base/assert.h"
#include "rules/evidence.h"

namespace mingma::rules {
namespace {

using Names = std::string_view[];

constexpr Names kTestResults = {"", "negative", "positive", "inconclusive"};
constexpr Names kTestMethods = {"", "molecular", "antigen"};
constexpr Names kTestFlags = {"pooled", "ct_at_limit"};
constexpr Names kCaseStatuses = {"",          "screening_positive", "pooled_positive", "suspected",
                                 "confirmed", "asymptomatic",       "re_positive"};
constexpr Names kSeverities = {"none", "mild", "moderate", "severe"};
constexpr Names kContactLevels = {"", "general", "secondary", "close"};
constexpr Names kContactFlags = {"index_first_two_negative"};
constexpr Names kExposureKinds = {
    "", "time_space", "confined_space", "same_vehicle", "regional_assist", "potential_contact", "venue"};
constexpr Names kExposureFlags = {"national"};
constexpr Names kEntryFlags = {"port_in_province"};
constexpr Names kArrivedFrom = {"", "same_province", "other_province", "abroad"};
constexpr Names kArrivalFlags = {"registered"};
constexpr Names kControlKinds = {"", "hospital", "central_isolation", "home_isolation", "home_monitoring"};
constexpr Names kControlReasons = {"",        "case", "close_contact", "secondary_contact",
                                   "inbound", "area", "post_work",     "other"};
constexpr Names kReleaseFlags = {"tests_done"};
constexpr Names kDeclarationFlags = {"symptoms"};
constexpr Names kClinicFlags = {"cleared", "fever"};
constexpr Names kWorkGroups = {"none", "closed_loop_high_risk", "cold_chain", "key_industry"};
constexpr Names kWorkFlags = {"bubble"};
constexpr Names kItemContacts = {"", "ordinary", "frequent"};

constexpr EvidenceKindInfo kSchema[] = {
    {.kind = EvidenceKind::kTestResult,
     .name = "test_result",
     .zh = "核酸或抗原检测结果",
     .en = "test result",
     .at_name = "sampled_at",
     .until_name = "reported_at",
     .level_name = "result",
     .level_values = kTestResults,
     .detail_name = "method",
     .detail_values = kTestMethods,
     .flag_names = kTestFlags},
    {.kind = EvidenceKind::kCaseReport,
     .name = "case_report",
     .zh = "病例报告",
     .en = "case report",
     .at_name = "reported_at",
     .level_name = "status",
     .level_values = kCaseStatuses,
     .detail_name = "severity",
     .detail_values = kSeverities},
    {.kind = EvidenceKind::kCaseRelease,
     .name = "case_release",
     .zh = "出院或解除隔离",
     .en = "discharge of a case",
     .at_name = "released_at"},
    {.kind = EvidenceKind::kCaseExclusion,
     .name = "case_exclusion",
     .zh = "复核排除",
     .en = "exclusion by review",
     .at_name = "excluded_at"},
    {.kind = EvidenceKind::kContactFinding,
     .name = "contact_finding",
     .zh = "接触者判定",
     .en = "contact finding",
     .at_name = "last_exposure_at",
     .until_name = "found_at",
     .level_name = "level",
     .level_values = kContactLevels,
     .flag_names = kContactFlags},
    {.kind = EvidenceKind::kExposureFinding,
     .name = "exposure_finding",
     .zh = "暴露风险判定",
     .en = "exposure finding",
     .at_name = "exposed_at",
     .until_name = "found_at",
     .level_name = "exposure",
     .level_values = kExposureKinds,
     .flag_names = kExposureFlags},
    {.kind = EvidenceKind::kRiskClearance,
     .name = "risk_clearance",
     .zh = "风险排除",
     .en = "clearance of an exposure",
     .at_name = "cleared_at"},
    {.kind = EvidenceKind::kBorderEntry,
     .name = "border_entry",
     .zh = "入境记录",
     .en = "entry into the country",
     .at_name = "entered_at",
     .flag_names = kEntryFlags},
    {.kind = EvidenceKind::kArrival,
     .name = "arrival",
     .zh = "抵达本省",
     .en = "arrival in the province",
     .at_name = "arrived_at",
     .level_name = "from",
     .level_values = kArrivedFrom,
     .flag_names = kArrivalFlags},
    {.kind = EvidenceKind::kControlOrder,
     .name = "control_order",
     .zh = "管控决定",
     .en = "control order",
     .at_name = "begins_at",
     .level_name = "control",
     .level_values = kControlKinds,
     .detail_name = "reason",
     .detail_values = kControlReasons},
    {.kind = EvidenceKind::kControlRelease,
     .name = "control_release",
     .zh = "解除管控",
     .en = "end of a control order",
     .at_name = "ended_at",
     .flag_names = kReleaseFlags},
    {.kind = EvidenceKind::kStay,
     .name = "stay",
     .zh = "旅居申报",
     .en = "stay",
     .at_name = "arrived_at",
     .until_name = "left_at",
     .has_area = true,
     .resident_may_sign = true},
    {.kind = EvidenceKind::kVaccination,
     .name = "vaccination",
     .zh = "疫苗接种",
     .en = "vaccination",
     .at_name = "given_at",
     .level_name = "dose"},
    {.kind = EvidenceKind::kHealthDeclaration,
     .name = "health_declaration",
     .zh = "健康申报",
     .en = "health declaration",
     .at_name = "declared_at",
     .flag_names = kDeclarationFlags,
     .resident_may_sign = true},
    {.kind = EvidenceKind::kClinicVisit,
     .name = "clinic_visit",
     .zh = "发热门诊就诊",
     .en = "fever clinic visit",
     .at_name = "visited_at",
     .flag_names = kClinicFlags},
    {.kind = EvidenceKind::kWorkAssignment,
     .name = "work_assignment",
     .zh = "岗位管理",
     .en = "work assignment",
     .at_name = "begins_at",
     .until_name = "ended_at",
     .level_name = "group",
     .level_values = kWorkGroups,
     .flag_names = kWorkFlags},
    {.kind = EvidenceKind::kTestingDuty,
     .name = "testing_duty",
     .zh = "应检通知",
     .en = "duty to be tested",
     .at_name = "listed_at",
     .until_name = "due_at",
     .until_required = true},
    {.kind = EvidenceKind::kItemContact,
     .name = "item_contact",
     .zh = "阳性物品接触",
     .en = "contact with a positive item",
     .at_name = "last_contact_at",
     .level_name = "contact",
     .level_values = kItemContacts},
};

}  // namespace

std::span<const EvidenceKindInfo> evidence_schema() { return kSchema; }

const EvidenceKindInfo* find_evidence_kind(std::string_view name) {
  for (const EvidenceKindInfo& info : kSchema) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

const EvidenceKindInfo& evidence_kind_info(EvidenceKind kind) {
  for (const EvidenceKindInfo& info : kSchema) {
    if (info.kind == kind) return info;
  }
  MINGMA_ASSERT(false);
  return kSchema[0];
}

}  // namespace mingma::rules
