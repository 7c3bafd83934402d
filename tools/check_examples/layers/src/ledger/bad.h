#pragma once
#include <thread>
#include "service/api.h"
