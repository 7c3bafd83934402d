#include "http/problem.h"

#include <algorithm>
#include <array>

#include "base/json.h"

namespace mingma::http {
namespace {

struct Title {
  std::string_view key;  // a code
  std::string_view en;
  std::string_view zh;
};

// Sorted by code. Codes that are not here are named by their status.
constexpr auto kTitles = std::to_array<Title>({
    {"base.invalid_json", "The JSON cannot be read", "JSON 格式有误"},
    {"http.bad_request", "The request cannot be read", "请求无法解析"},
    {"http.body_too_large", "The body is too large", "请求体过大"},
    {"http.busy", "Busy, try again shortly", "系统繁忙，请稍后再试"},
    {"http.cross_site", "The request came from another site", "请求来自其他网站"},
    {"http.digest_mismatch", "The body is not what its digest says", "请求体与摘要不符"},
    {"http.digest_missing", "A Content-Digest is required", "缺少 Content-Digest"},
    {"http.header_too_large", "The header is too large", "请求头过大"},
    {"http.invalid_body", "A member of the body is wrong", "请求内容有误"},
    {"http.invalid_query", "A query parameter is wrong", "查询参数有误"},
    {"http.login_expired", "The sign-in took too long or was used already", "登录已过期，请重新登录"},
    {"http.login_failed", "The sign-in failed", "登录失败"},
    {"http.not_signed_in", "Sign in first", "请先登录"},
    {"http.signature_expired", "The signature's time has passed", "签名已过期"},
    {"http.signature_invalid", "The message signature is not acceptable", "报文签名不符合要求"},
    {"http.signature_missing", "A message signature is required", "缺少报文签名"},
    {"http.signature_replayed", "The signature was used already", "签名已被使用"},
    {"http.timeout", "The request took too long to arrive", "请求接收超时"},
    {"http.too_many_requests", "Too many requests", "请求过于频繁"},
    {"service.bad_signature", "The signature does not verify", "签名验证未通过"},
    {"service.conflict", "Same name, other content", "编号已存在且内容不同"},
    {"service.digest_mismatch", "The content is not what the manifest names", "内容与清单不符"},
    {"service.forbidden", "Not allowed", "无权进行此操作"},
    {"service.key_destroyed", "The record was destroyed", "该记录已销毁"},
    {"service.no_colour", "There is no colour now", "当前没有码色"},
    {"service.not_registered", "Not registered", "尚未注册"},
    {"service.overloaded", "Busy, try again shortly", "系统繁忙，请稍后再试"},
    {"service.refused", "Refused by a published rule", "不符合公布的规则，未受理"},
    {"service.shard_stopped", "This part of the system has stopped and says so", "该分区已停止服务"},
    {"service.unknown_device", "This phone is not enrolled", "此设备尚未登记"},
    {"service.unknown_key", "No institution in force has this key", "没有在册机构使用此密钥"},
});

static_assert(std::is_sorted(kTitles.begin(), kTitles.end(),
                             [](const Title& a, const Title& b) { return a.key < b.key; }));

struct StatusTitle {
  int status;
  std::string_view en;
  std::string_view zh;
};

constexpr auto kStatusTitles = std::to_array<StatusTitle>({
    {400, "Bad request", "请求有误"},
    {401, "Not authenticated", "身份未验证"},
    {403, "Not allowed", "无权访问"},
    {404, "Not found", "未找到"},
    {405, "Method not allowed", "不支持的请求方法"},
    {406, "Not acceptable", "无法提供所要求的格式"},
    {408, "Timed out", "请求超时"},
    {409, "Conflict", "与现有状态冲突"},
    {410, "Gone", "已不存在"},
    {411, "Length required", "需要指明长度"},
    {413, "Too large", "内容过大"},
    {414, "Target too long", "地址过长"},
    {415, "Unsupported media type", "不支持的内容格式"},
    {417, "Expectation failed", "无法满足的期望"},
    {422, "Not acceptable as it is", "内容不符合要求"},
    {429, "Too many requests", "请求过于频繁"},
    {431, "Header too large", "请求头过大"},
    {501, "Not implemented", "不支持"},
    {502, "A service behind this one failed", "上游服务出错"},
    {503, "Busy, try again shortly", "系统繁忙，请稍后再试"},
    {504, "A service behind this one did not answer", "上游服务无响应"},
});

constexpr StatusTitle kUnknownTitle{500, "Internal error", "内部错误"};

std::string_view retry_word(Retry retry) {
  switch (retry) {
    case Retry::kNo:
      return "no";
    case Retry::kLater:
      return "later";
    case Retry::kAfterFix:
      return "after_fix";
  }
  return "no";
}

}  // namespace

std::string_view problem_title(const ErrorInfo& info, Language language) {
  const auto own = std::lower_bound(kTitles.begin(), kTitles.end(), info.code,
                                    [](const Title& title, std::string_view code) { return title.key < code; });
  if (own != kTitles.end() && own->key == info.code) return language == Language::kChinese ? own->zh : own->en;
  const auto by_status = std::find_if(kStatusTitles.begin(), kStatusTitles.end(),
                                      [&](const StatusTitle& title) { return title.status == info.http_status; });
  const StatusTitle& title = by_status == kStatusTitles.end() ? kUnknownTitle : *by_status;
  return language == Language::kChinese ? title.zh : title.en;
}

std::string problem_json(const Error& error, Language language) {
  const ErrorInfo& info = error.info();
  Json json{Json::Object{}};
  json.set("type", "tag:mingma.example,2026:" + std::string(info.code));
  json.set("title", problem_title(info, language));
  json.set("status", info.http_status);
  json.set("code", info.code);
  json.set("detail", error.message());
  if (!error.where().empty()) json.set("where", error.where());
  json.set("retry", retry_word(info.retry));
  return json.to_string();
}

Response problem(const Error& error, Language language, int retry_after_seconds) {
  const int status = error.info().http_status;
  Response response = Response::json(problem_json(error, language), status);
  response.set_type(kProblemType);
  response.add_header("Content-Language", language == Language::kChinese ? "zh" : "en");
  if (status == 429 || status == 503) response.add_header("Retry-After", std::to_string(retry_after_seconds));
  if (status == 401) response.add_header("WWW-Authenticate", "Bearer, Signature");
  return response;
}

}  // namespace mingma::http
