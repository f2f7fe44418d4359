/// Runs kernels (stages/kernels/host_run.hpp) as a GPU does: several blocks at once, and the
/// threads of a block at once, each a thread of the host. Built with -fsanitize=thread it finds
/// what no order of HostBlock can show: something shared that one thread reads between two phases
/// while another one is in the next phase already, or that two blocks touch.
#pragma once

#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

namespace roiflow {

class ThreadBlock {
 public:
  ThreadBlock(int thread, int threads, std::barrier<>& barrier)
      : thread_(thread), threads_(threads), barrier_(barrier) {}

  template <class F>
  void each(int count, const F& f) const {
    for (int i = thread_; i < count; i += threads_) f(i);
    barrier_.arrive_and_wait();
  }
  static int add(int& counter, int amount) { return std::atomic_ref(counter).fetch_add(amount); }
  static void set_bits(std::uint32_t& word, std::uint32_t bits) {
    std::atomic_ref(word).fetch_or(bits);
  }

 private:
  int thread_, threads_;
  std::barrier<>& barrier_;
};

class ThreadRun {
 public:
  template <class T>
  void zero(T* values, std::size_t count) const {
    if (count > 0) std::memset(values, 0, count * sizeof(T));
  }

  template <class Kernel>
  void blocks(const Kernel& kernel, int count) const {
    struct Place {
      std::barrier<> barrier{threads_of_block};
      typename Kernel::Shared shared;
    };
    std::vector<Place> places(blocks_at_once);
    in_threads(blocks_at_once * threads_of_block, [&](int number) {
      const int first = number / threads_of_block;
      Place& place = places[static_cast<std::size_t>(first)];
      const ThreadBlock block(number % threads_of_block, threads_of_block, place.barrier);
      for (int index = first; index < count; index += blocks_at_once) {
        kernel(block, place.shared, index);
        place.barrier.arrive_and_wait();  // the next block has new shared memory
      }
    });
  }

  template <class Kernel>
  void each(const Kernel& kernel, std::int64_t count) const {
    constexpr int threads = 4;
    in_threads(threads, [&](int number) {
      for (std::int64_t i = number; i < count; i += threads) kernel(i);
    });
  }

 private:
  static constexpr int blocks_at_once = 2;
  static constexpr int threads_of_block = 3;

  static void in_threads(int count, const std::function<void(int)>& body) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  }
};

}  // namespace roiflow
