/// An engine without a device, for tests of what stands around engines: images of height h have
/// bucket {h, 1}, the result of an image is its width, and each call can be made slow or fail.
///
/// It checks what graph and engine promised each other and counts what is broken.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/gpu/batch_engine.hpp"

namespace roiflow::test {

inline BatchImage fake_image(int height, int width) {
  return {std::make_shared<const Image>(Image{height, width, {}}), {}};
}

class FakeEngine : public BatchEngine<int> {
 public:
  struct Settings {
    int batch = 4, lanes = 2;
    std::function<void(int call)> on_submit, on_finish;  ///< the calls are numbered from 0
    int refused_height = -1;                             ///< bucket() refuses such images
  };

  explicit FakeEngine(Settings settings)
      : settings_(std::move(settings)), under_way_(static_cast<std::size_t>(settings_.lanes)) {}

  [[nodiscard]] int batch_size() const override { return settings_.batch; }
  [[nodiscard]] int lanes() const override { return settings_.lanes; }
  [[nodiscard]] Shape<2> bucket(int height, int) const override {
    require(height != settings_.refused_height, ErrorCode::bad_data, "height {} is refused",
            height);
    return {height, 1};
  }

  void submit(int lane, std::span<const BatchImage> images) override {
    std::vector<std::weak_ptr<const Image>> seen;
    for (const BatchImage& image : images) {
      expect(image.image->height == images.front().image->height);
      seen.push_back(image.image);
    }
    expect(!images.empty() && std::ssize(images) <= settings_.batch);
    const int call = submits++;
    if (settings_.on_submit) settings_.on_submit(call);
    const std::scoped_lock lock(mutex_);
    expect(under_way_.at(static_cast<std::size_t>(lane)).empty());
    under_way_[static_cast<std::size_t>(lane)] = std::move(seen);
    sizes.push_back(static_cast<int>(images.size()));
  }

  std::vector<int> finish(int lane) override {
    const int call = finishes++;
    if (settings_.on_finish) settings_.on_finish(call);
    const std::scoped_lock lock(mutex_);
    std::vector<int> results;
    for (const auto& image : std::exchange(under_way_.at(static_cast<std::size_t>(lane)), {})) {
      const auto pixels = image.lock();
      expect(pixels != nullptr);  // they live until now
      results.push_back(pixels ? pixels->width : -1);
    }
    expect(!results.empty());
    return results;
  }

  std::atomic<int> submits = 0, finishes = 0, broken = 0;
  std::vector<int> sizes;  ///< of the batches; read it after the run

 private:
  void expect(bool condition) {
    if (!condition) ++broken;
  }

  Settings settings_;
  std::mutex mutex_;
  std::vector<std::vector<std::weak_ptr<const Image>>> under_way_;  // by lane
};

}  // namespace roiflow::test
