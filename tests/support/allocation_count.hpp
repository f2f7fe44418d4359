/// Counts what a test program takes with `new`: link allocation_count.cpp, which replaces the
/// global operators (not those for over-aligned types).
#pragma once

#include <cstddef>

/// Bytes that are allocated now; the peak starts from them.
std::size_t start_allocation_count();

/// The most bytes that were allocated at a time since the start.
std::size_t peak_allocated_bytes();
