/// Tensors from recycled memory. Fresh large blocks cost the kernel a page fault every 4 KiB, at
/// every image again; a block from the pool has its pages already.
///
/// A tensor gives its block back when it is destroyed, on any thread, also after the pool is gone.
/// A block serves requests down to four fifths of its size. When a fresh block is needed, blocks
/// that lay unused longest are freed first, as many as it takes that the pool holds no more than a
/// quarter above the most that was ever in use at once: requests of many sizes cannot pile up.
/// Contents are undefined. Thread-safe; a copy of a pool shares its memory.
///
/// Example: BufferPool pool; Tensor<float, 4> t = pool.make<float, 4>({1, 200, 272, 256});
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <list>
#include <memory>
#include <mutex>
#include <new>

#include "stages/core/tensor.hpp"

namespace roiflow {

class BufferPool {
 public:
  BufferPool() : state_(std::make_shared<State>()) {}

  template <class T, std::size_t Rank>
  [[nodiscard]] Tensor<T, Rank> make(const Shape<Rank>& shape) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const Block block = state_->take(static_cast<std::size_t>(element_count(shape)) * sizeof(T));
    auto give_back = [state = state_, block](T*) { state->give_back(block); };
    return {shape, std::shared_ptr<T[]>(static_cast<T*>(block.memory), std::move(give_back))};
  }

  /// In use and kept for later.
  [[nodiscard]] std::size_t held_bytes() const { return state_->held_bytes(); }

 private:
  struct Block {
    void* memory = nullptr;
    std::size_t bytes = 0;
  };

  class State {
   public:
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
      for (const Block& block : free_) std::free(block.memory);
    }

    Block take(std::size_t wanted) {
      constexpr std::size_t alignment = 64;
      const std::size_t bytes = (wanted + alignment) / alignment * alignment;
      const std::scoped_lock lock(mutex_);
      const auto found = best_fit(bytes);
      if (found != free_.end()) {
        const Block block = *found;
        free_.erase(found);
        free_bytes_ -= block.bytes;
        return in_use(block);
      }
      make_room(bytes);
      void* memory = std::aligned_alloc(alignment, bytes);
      if (memory == nullptr) throw std::bad_alloc();
      return in_use({memory, bytes});
    }

    void give_back(const Block& block) {
      const std::scoped_lock lock(mutex_);
      free_.push_back(block);
      free_bytes_ += block.bytes;
      used_bytes_ -= block.bytes;
    }

    [[nodiscard]] std::size_t held_bytes() {
      const std::scoped_lock lock(mutex_);
      return used_bytes_ + free_bytes_;
    }

   private:
    Block in_use(const Block& block) {
      used_bytes_ += block.bytes;
      most_used_ = std::max(most_used_, used_bytes_);
      return block;
    }

    /// The smallest that is large enough and not much larger; of equal ones the last given back,
    /// whose pages are the warmest.
    std::list<Block>::iterator best_fit(std::size_t bytes) {
      auto best = free_.end();
      for (auto block = free_.begin(); block != free_.end(); ++block) {
        if (block->bytes < bytes || block->bytes > bytes + bytes / 4) continue;
        if (best == free_.end() || block->bytes <= best->bytes) best = block;
      }
      return best;
    }

    void make_room(std::size_t bytes) {
      const std::size_t most = std::max(most_used_, used_bytes_ + bytes);
      while (!free_.empty() && used_bytes_ + free_bytes_ + bytes > most + most / 4) {
        free_bytes_ -= free_.front().bytes;
        std::free(free_.front().memory);
        free_.pop_front();
      }
    }

    std::mutex mutex_;
    std::list<Block> free_;  // in the order of giving back; a few dozen
    std::size_t free_bytes_ = 0, used_bytes_ = 0, most_used_ = 0;
  };

  std::shared_ptr<State> state_;
};

}  // namespace roiflow
