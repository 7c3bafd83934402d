#include "http/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace mingma::http {
namespace {

std::string label_value(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n') {
      out.append("\\n");
    } else {
      out.push_back(c);
    }
  }
  return out;
}

void declare(std::string& out, std::string_view name, std::string_view help, std::string_view type) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void append_others(std::string& out, const std::vector<service::Metric>& others) {
  std::string_view last;
  for (const service::Metric& metric : others) {
    if (metric.name != last) declare(out, metric.name, metric.help, metric.counter ? "counter" : "gauge");
    last = metric.name;
    out.append(metric.name);
    char separator = '{';
    for (const auto& [name, value] : metric.labels) {
      fmt::format_to(std::back_inserter(out), "{}{}=\"{}\"", separator, name, label_value(value));
      separator = ',';
    }
    if (!metric.labels.empty()) out.push_back('}');
    fmt::format_to(std::back_inserter(out), " {}\n", metric.value);
  }
}

}  // namespace

void WorkerMetrics::count_request(std::size_t route, int status, std::uint64_t micros) {
  PerRoute& counters = routes_[std::min(route, routes_.size() - 1)];
  add(counters.by_class[static_cast<std::size_t>(std::clamp(status / 100, 0, 5))]);
  const auto bound = std::lower_bound(kLatencyBoundsMicros.begin(), kLatencyBoundsMicros.end(), micros);
  add(counters.latency[static_cast<std::size_t>(bound - kLatencyBoundsMicros.begin())]);
  add(counters.micros, micros);
}

void WorkerMetrics::count_bytes(std::uint64_t in, std::uint64_t out) {
  add(bytes_in_, in);
  add(bytes_out_, out);
}

std::string metrics_text(const Router& router, std::span<const std::unique_ptr<WorkerMetrics>> workers,
                         const std::vector<service::Metric>& others) {
  std::string out;
  const auto total = [&](auto&& pick) {
    std::uint64_t sum = 0;
    for (const auto& worker : workers) sum += pick(*worker).load(std::memory_order_relaxed);
    return sum;
  };
  const auto name_of = [&](std::size_t route) {
    return route < router.routes().size() ? label_value(router.routes()[route]->name) : std::string("none");
  };
  const std::size_t routes = router.routes().size() + 1;

  declare(out, "mingma_http_requests_total", "Requests by route and class of status.", "counter");
  for (std::size_t route = 0; route < routes; ++route) {
    for (std::size_t klass = 1; klass < 6; ++klass) {
      const std::uint64_t count =
          total([&](const WorkerMetrics& w) -> auto& { return w.routes_[route].by_class[klass]; });
      if (count == 0) continue;
      fmt::format_to(std::back_inserter(out), "mingma_http_requests_total{{route=\"{}\",status=\"{}xx\"}} {}\n",
                     name_of(route), klass, count);
    }
  }
  declare(out, "mingma_http_request_seconds", "Time from the last byte of a request to its response.", "histogram");
  for (std::size_t route = 0; route < routes; ++route) {
    std::uint64_t count = 0;
    std::string lines;
    for (std::size_t i = 0; i <= kLatencyBoundsMicros.size(); ++i) {
      count += total([&](const WorkerMetrics& w) -> auto& { return w.routes_[route].latency[i]; });
      const std::string bound = i < kLatencyBoundsMicros.size()
                                    ? fmt::format("{}", static_cast<double>(kLatencyBoundsMicros[i]) / 1e6)
                                    : "+Inf";
      fmt::format_to(std::back_inserter(lines), "mingma_http_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                     name_of(route), bound, count);
    }
    if (count == 0) continue;
    const std::uint64_t micros = total([&](const WorkerMetrics& w) -> auto& { return w.routes_[route].micros; });
    fmt::format_to(std::back_inserter(out), "{}mingma_http_request_seconds_sum{{route=\"{}\"}} {}\n", lines,
                   name_of(route), static_cast<double>(micros) / 1e6);
    fmt::format_to(std::back_inserter(out), "mingma_http_request_seconds_count{{route=\"{}\"}} {}\n", name_of(route),
                   count);
  }
  const auto single = [&](std::string_view name, std::string_view help, std::string_view type, std::uint64_t value) {
    declare(out, name, help, type);
    fmt::format_to(std::back_inserter(out), "{} {}\n", name, value);
  };
  const std::uint64_t opened = total([](const WorkerMetrics& w) -> auto& { return w.opened_; });
  const std::uint64_t closed = total([](const WorkerMetrics& w) -> auto& { return w.closed_; });
  single("mingma_http_connections", "Open connections.", "gauge", opened - std::min(opened, closed));
  single("mingma_http_connections_total", "Connections accepted.", "counter", opened);
  single("mingma_http_connections_refused_total", "Connections refused because too many were open.", "counter",
         total([](const WorkerMetrics& w) -> auto& { return w.refused_; }));
  single("mingma_http_received_bytes_total", "Bytes received.", "counter",
         total([](const WorkerMetrics& w) -> auto& { return w.bytes_in_; }));
  single("mingma_http_sent_bytes_total", "Bytes sent.", "counter",
         total([](const WorkerMetrics& w) -> auto& { return w.bytes_out_; }));
  append_others(out, others);
  return out;
}

}  // namespace mingma::http
