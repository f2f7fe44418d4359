#include <algorithm>

#include "stages/core/buffer_pool.hpp"
#include "stages/core/error.hpp"
#include "stages/execute/executor.hpp"

namespace roiflow {

namespace {

Shape<4> with_rows(Shape<4> shape, std::int64_t rows) {
  shape[0] = rows;
  return shape;
}

class ChunkedNetwork final : public Network {
 public:
  ChunkedNetwork(std::unique_ptr<const Network> network, std::vector<std::int64_t> sizes)
      : network_(std::move(network)), sizes_(std::move(sizes)) {
    const bool descend = std::is_sorted(sizes_.rbegin(), sizes_.rend());
    require(!sizes_.empty() && descend && sizes_.back() > 0, ErrorCode::internal,
            "chunk sizes must be positive and descend");
  }

  [[nodiscard]] std::vector<Shape<4>> output_shapes(
      std::span<const Shape<4>> inputs) const override {
    const std::int64_t rows = common_rows(inputs);
    std::vector<Shape<4>> shapes = network_->output_shapes(in_rows(inputs, sizes_.back()));
    for (Shape<4>& shape : shapes) shape[0] = rows;
    return shapes;
  }

  void prepare(std::span<const Shape<4>> inputs) const override {
    std::int64_t rows = common_rows(inputs);
    while (rows > 0) {
      const std::int64_t chunk = next_chunk(rows);
      network_->prepare(in_rows(inputs, chunk));
      rows -= chunk;
    }
  }

  void run(Outputs outputs, Inputs inputs) const override {
    for_each_chunk(outputs, inputs, [&](Outputs out, Inputs in) { network_->run(out, in); });
  }

  [[nodiscard]] std::vector<StepTime> profile(Outputs outputs, Inputs inputs) const override {
    std::vector<StepTime> times;
    for_each_chunk(outputs, inputs, [&](Outputs out, Inputs in) {
      const std::vector<StepTime> chunk = network_->profile(out, in);
      times.insert(times.end(), chunk.begin(), chunk.end());
    });
    return times;
  }

 private:
  static std::int64_t common_rows(std::span<const Shape<4>> inputs) {
    require(!inputs.empty(), ErrorCode::usage, "a network in chunks needs an input");
    for (const Shape<4>& shape : inputs) {
      require(shape[0] == inputs.front()[0], ErrorCode::usage, "inputs differ in rows: {} and {}",
              inputs.front()[0], shape[0]);
    }
    return inputs.front()[0];
  }

  static std::vector<Shape<4>> in_rows(std::span<const Shape<4>> inputs, std::int64_t rows) {
    std::vector<Shape<4>> shapes(inputs.begin(), inputs.end());
    for (Shape<4>& shape : shapes) shape[0] = rows;
    return shapes;
  }

  /// The largest size that is full, else the smallest that holds all rows.
  [[nodiscard]] std::int64_t next_chunk(std::int64_t rows) const {
    if (rows >= sizes_.front()) return sizes_.front();
    const auto holds = std::find_if(sizes_.rbegin(), sizes_.rend(),
                                    [&](std::int64_t size) { return size >= rows; });
    return *holds;
  }

  template <class Run>
  void for_each_chunk(Outputs outputs, Inputs inputs, const Run& run) const {
    std::vector<Shape<4>> shapes;
    for (const auto& input : inputs) shapes.push_back(input.shape);
    const std::int64_t rows = common_rows(shapes);
    for (const auto& output : outputs) {
      require(output.shape[0] == rows, ErrorCode::usage, "expected {} output rows, found {}", rows,
              output.shape[0]);
    }
    for (std::int64_t done = 0; done < rows;) {
      const std::int64_t chunk = next_chunk(rows - done);
      const std::int64_t used = std::min(chunk, rows - done);
      if (used == chunk) {
        run_full(outputs, inputs, done, chunk, run);
      } else {
        run_filled_up(outputs, inputs, done, used, chunk, run);
      }
      done += used;
    }
  }

  template <class Run>
  static void run_full(Outputs outputs, Inputs inputs, std::int64_t first, std::int64_t rows,
                       const Run& run) {
    std::vector<TensorView<float, 4>> out;
    std::vector<TensorView<const float, 4>> in;
    for (const auto& view : outputs) out.push_back(view.rows(first, rows));
    for (const auto& view : inputs) in.push_back(view.rows(first, rows));
    run(out, in);
  }

  template <class Run>
  void run_filled_up(Outputs outputs, Inputs inputs, std::int64_t first, std::int64_t rows,
                     std::int64_t chunk, const Run& run) const {
    std::vector<Tensor<float, 4>> memory;
    std::vector<TensorView<float, 4>> out;
    std::vector<TensorView<const float, 4>> in;
    for (const auto& view : inputs) {
      Tensor<float, 4> copy = buffers_.make<float, 4>(with_rows(view.shape, chunk));
      const auto source = view.rows(first, rows).span();
      const auto end = std::copy(source.begin(), source.end(), copy.view().data);
      std::fill(end, copy.view().data + copy.size(), 0.0F);
      in.push_back(copy.view());
      memory.push_back(std::move(copy));
    }
    for (const auto& view : outputs) {
      memory.push_back(buffers_.make<float, 4>(with_rows(view.shape, chunk)));
      out.push_back(memory.back().view());
    }
    run(out, in);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto target = outputs[i].rows(first, rows).span();
      std::copy_n(out[i].data, target.size(), target.begin());
    }
  }

  std::unique_ptr<const Network> network_;
  std::vector<std::int64_t> sizes_;
  BufferPool buffers_;
};

}  // namespace

std::unique_ptr<Network> in_chunks(std::unique_ptr<const Network> network,
                                   std::vector<std::int64_t> chunk_sizes) {
  return std::make_unique<ChunkedNetwork>(std::move(network), std::move(chunk_sizes));
}

}  // namespace roiflow
