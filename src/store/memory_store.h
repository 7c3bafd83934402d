// A store in memory, for tests, simulation and the audit's scratch state. Nothing survives it; every write is
// "durable".
//
// Threading, limits and errors as Store. A write while an iterator or snapshot lives copies the table.
#pragma once

#include <memory>
#include <span>

#include "store/store.h"

namespace mingma::store {

std::unique_ptr<Store> make_memory_store(std::span<const TableSpec> tables);

}  // namespace mingma::store
