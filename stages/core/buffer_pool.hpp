/// Tensors from recycled memory. Fresh large blocks cost the kernel a page fault every 4 KiB, at
/// every image again; a block from the pool has its pages already.
///
/// A tensor gives its block back when it is destroyed, on any thread, also after the pool is gone.
/// A block serves requests down to four fifths of its size, and at most `free_bytes` are kept
/// unused. Contents are undefined. Thread-safe; a copy of a pool shares its memory.
///
/// Example: BufferPool pool; Tensor<float, 4> t = pool.make<float, 4>({1, 200, 272, 256});
#pragma once

#include <cstddef>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <new>

#include "stages/core/tensor.hpp"

namespace roiflow {

class BufferPool {
 public:
  explicit BufferPool(std::size_t free_bytes = std::size_t{1} << 30)
      : state_(std::make_shared<State>(free_bytes)) {}

  template <class T, std::size_t Rank>
  [[nodiscard]] Tensor<T, Rank> make(const Shape<Rank>& shape) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const Block block = state_->take(static_cast<std::size_t>(element_count(shape)) * sizeof(T));
    auto give_back = [state = state_, block](T*) { state->give_back(block); };
    return {shape, std::shared_ptr<T[]>(static_cast<T*>(block.memory), std::move(give_back))};
  }

 private:
  struct Block {
    void* memory = nullptr;
    std::size_t bytes = 0;
  };

  class State {
   public:
    explicit State(std::size_t limit) : limit_(limit) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
      for (const auto& [bytes, memory] : free_) std::free(memory);
    }

    Block take(std::size_t wanted) {
      constexpr std::size_t alignment = 64;
      const std::size_t bytes = (wanted + alignment) / alignment * alignment;
      {
        const std::scoped_lock lock(mutex_);
        const auto found = free_.lower_bound(bytes);
        if (found != free_.end() && found->first <= bytes + bytes / 4) {
          const Block block{found->second, found->first};
          free_.erase(found);
          free_bytes_ -= block.bytes;
          return block;
        }
      }
      void* memory = std::aligned_alloc(alignment, bytes);
      if (memory == nullptr) throw std::bad_alloc();
      return {memory, bytes};
    }

    void give_back(const Block& block) {
      {
        const std::scoped_lock lock(mutex_);
        if (free_bytes_ + block.bytes <= limit_) {
          free_.emplace(block.bytes, block.memory);
          free_bytes_ += block.bytes;
          return;
        }
      }
      std::free(block.memory);
    }

   private:
    std::mutex mutex_;
    std::multimap<std::size_t, void*> free_;
    std::size_t free_bytes_ = 0;
    std::size_t limit_;
  };

  std::shared_ptr<State> state_;
};

}  // namespace roiflow
