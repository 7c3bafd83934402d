#pragma once
inline constexpr ErrorInfo kUndocumented{"ledger.undocumented", 400};
