/// The bodies of EnginePool; included by graph/engine_pool.hpp, never by itself.
#pragma once

#include <algorithm>
#include <utility>

#include "graph/engine_failure.hpp"
#include "graph/engine_pool.hpp"

namespace roiflow {

template <class Result>
EnginePool<Result>::EnginePool(Engines<Result> engines, const NodeProbe& probe,
                               DeviceHealth& health)
    : probe_(probe), health_(health) {
  for (const auto& engine : engines) {
    Place& place = places_.emplace_back();
    place.engine = engine.get();
    for (int lane = engine->lanes() - 1; lane >= 0; --lane) place.free.push_back(lane);
  }
  for (Place& place : places_) {
    threads_.emplace_back([this, &place](const std::stop_token& s) { submit_loop(s, place); });
    threads_.emplace_back([this, &place](const std::stop_token& s) { finish_loop(s, place); });
  }
}

template <class Result>
void EnginePool<Result>::send(Batch batch) {
  gateway_->reserve_wait();
  probe_.stats->arrived();
  std::unique_lock lock(mutex_);
  if (std::ranges::any_of(places_, &Place::alive)) {
    ready_.push_back(std::move(batch));
    lock.unlock();
    changed_.notify_all();
    return;
  }
  const Failure failure = places_.back().failure;
  lock.unlock();
  probe_.stats->left();
  fail_batch(batch, failure);
}

template <class Result>
void EnginePool<Result>::close() {
  threads_.clear();  // asks them to stop and waits
  if (bug_) std::rethrow_exception(bug_);
}

template <class Result>
void EnginePool<Result>::submit_loop(const std::stop_token& stop, Place& place) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop,
                       [&] { return !place.alive || (!ready_.empty() && !place.free.empty()); })) {
    if (!place.alive) return;
    Running running{std::move(ready_.front()), {}, place.free.back(), NodeStats::Clock::now()};
    ready_.pop_front();
    place.free.pop_back();
    probe_.stats->started(std::ssize(running.batch));
    lock.unlock();
    try {
      for (const Token<BatchImage>& frame : running.batch) running.images.push_back(frame.value());
      place.engine->submit(running.lane, running.images);
      lock.lock();
      place.running.push_back(std::move(running));
      changed_.notify_all();
    } catch (...) {
      const Failure failure = lose(place, std::current_exception());
      end_batch(place, running);
      fail_batch(running.batch, failure);
      return;
    }
  }
}

template <class Result>
void EnginePool<Result>::finish_loop(const std::stop_token& stop, Place& place) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return !place.running.empty(); })) {
    Running running = std::move(place.running.front());
    place.running.pop_front();
    Failure failure = place.failure;
    const bool was_alive = place.alive;
    lock.unlock();
    std::vector<Result> results;
    bool good = false;
    try {
      results = finish_batch(place, running);
      good = was_alive;
    } catch (...) {
      if (was_alive) failure = lose(place, std::current_exception());
    }
    end_batch(place, running);
    if (good) {
      put_all(running.batch, [&](std::size_t i) {
        return running.batch[i].template with<Result>(std::move(results[i]));
      });
    } else {
      fail_batch(running.batch, failure);
    }
    running = {};  // pixels are given back before the next wait
    lock.lock();
  }
}

template <class Result>
std::vector<Result> EnginePool<Result>::finish_batch(Place& place, const Running& running) {
  std::vector<Result> results = place.engine->finish(running.lane);
  require(results.size() == running.batch.size(), ErrorCode::internal,
          "an engine gave {} results for a batch of {} images", results.size(),
          running.batch.size());
  return results;
}

/// The lane is free again.
template <class Result>
void EnginePool<Result>::end_batch(Place& place, const Running& running) {
  const auto now = NodeStats::Clock::now();
  probe_.stats->finished(std::chrono::duration<double>(now - running.from).count());
  {
    const std::scoped_lock lock(mutex_);
    place.free.push_back(running.lane);
  }
  changed_.notify_all();
  if (!probe_.trace) return;
  try {
    const std::int64_t first = running.batch.front().source().record.id;
    probe_.trace->add(probe_.stats->name(), first, running.from, now, running.lane);
  } catch (...) {
    note_bug(std::current_exception());
  }
}

template <class Result>
Failure EnginePool<Result>::lose(Place& place, const std::exception_ptr& error) {
  const EngineFailure why = engine_failure(error, probe_.stats->name());
  std::deque<Batch> orphans;
  {
    const std::scoped_lock lock(mutex_);
    if (why.is_bug && !bug_) bug_ = error;
    for (Place& other : places_) {
      if (!other.alive || (&other != &place && !why.is_bug)) continue;
      other.alive = false;
      other.failure = why.failure;
    }
    if (std::ranges::none_of(places_, &Place::alive)) {
      health_.lose(why.failure.message);
      orphans.swap(ready_);
    }
  }
  changed_.notify_all();
  for (const Batch& batch : orphans) {
    probe_.stats->left();
    fail_batch(batch, why.failure);
  }
  return why.failure;
}

template <class Result>
void EnginePool<Result>::fail_batch(const Batch& batch, const Failure& failure) {
  put_all(batch, [&](std::size_t i) { return batch[i].template failed<Result>(failure); });
}

template <class Result>
template <class Make>
void EnginePool<Result>::put_all(const Batch& batch, const Make& make) {
  try {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Token<Result> token = make(i);
      if (probe_.next) probe_.next->arrived();
      gateway_->try_put(token);
    }
  } catch (...) {
    note_bug(std::current_exception());
  }
  gateway_->release_wait();
}

template <class Result>
void EnginePool<Result>::note_bug(const std::exception_ptr& error) {
  const std::scoped_lock lock(mutex_);
  if (!bug_) bug_ = error;
}

}  // namespace roiflow
