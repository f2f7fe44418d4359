#include "tests/support/allocation_count.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::size_t> live_bytes{0};
std::atomic<std::size_t> peak_bytes{0};

void* take(std::size_t bytes) noexcept {
  void* memory = std::malloc(bytes);
  if (memory == nullptr) return nullptr;
  const std::size_t now = live_bytes += ::malloc_usable_size(memory);
  std::size_t highest = peak_bytes;
  while (now > highest && !peak_bytes.compare_exchange_weak(highest, now)) {
  }
  return memory;
}

void release(void* memory) noexcept {
  live_bytes -= ::malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

std::size_t start_allocation_count() {
  peak_bytes = live_bytes.load();
  return peak_bytes;
}

std::size_t peak_allocated_bytes() {
  return peak_bytes;
}

void* operator new(std::size_t bytes) {
  void* memory = take(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void* operator new(std::size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
  return take(bytes);
}

void operator delete(void* memory) noexcept {
  release(memory);
}

void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
  release(memory);
}
