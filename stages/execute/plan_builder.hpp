/// Turns a folded and fused graph into a Plan: chooses layouts with oneDNN, inserts layout changes
/// where they differ, lays out the arena.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <dnnl.hpp>

#include "stages/execute/arena_layout.hpp"
#include "stages/execute/executor.hpp"
#include "stages/execute/packed_weights.hpp"
#include "stages/execute/plan.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

class PlanBuilder {
 public:
  PlanBuilder(const ModelGraph& graph, PackedWeights& weights, dnnl::engine engine,
              ConvAlgorithm conv_algorithm, std::span<const Shape<4>> inputs);

  /// Throws Error as Network says.
  [[nodiscard]] std::shared_ptr<const Plan> build() &&;

 private:
  using Layout = dnnl::memory::desc;

  /// One copy of a value: the same numbers may exist in several layouts.
  struct Copy {
    Layout layout;
    Place place;
  };

  void emit(const Layer& layer, const Conv2d& conv);
  void emit(const Layer& layer, const ConvTranspose2d& conv);
  void emit(const Layer& layer, const Linear& linear);
  void emit(const Layer& layer, const BatchNorm& norm);
  void emit(const Layer& layer, const Relu& relu);
  void emit(const Layer& layer, const Add& add);
  void emit(const Layer& layer, const MaxPool& pool);
  void emit(const Layer& layer, const GlobalMean& mean);
  void emit(const Layer& layer, const UpsampleNearest& upsample);
  void emit(const Layer& layer, const EnlargeNearest& enlarge);
  void emit(const Layer& layer, const ChannelSlice& slice);
  void emit(const Layer& layer, const PixelShuffle& shuffle);
  void emit(const Layer& layer, const UpsampleBilinear& upsample);
  void emit(const Layer& layer, const CropLike& crop);
  void emit(const Layer& layer, const Scale& scale);

  /// Input 0 enlarged to the shape of the layer's output.
  void emit_upsample(const Layer& layer);
  /// A function of each number by itself.
  void emit_pointwise(const Layer& layer, dnnl::algorithm algorithm, float alpha);
  /// A pooling whose windows are padded to fit the output's size.
  void emit_pooling(const Layer& layer, dnnl::algorithm algorithm, const MaxPool& windows);
  /// The primitive, or nothing where oneDNN does not have this algorithm.
  [[nodiscard]] std::optional<dnnl::convolution_forward::primitive_desc> convolution(
      const Layer& layer, const Conv2d& conv, dnnl::algorithm algorithm) const;
  void emit_primitive(const Layer& layer, const Conv2d& conv,
                      const dnnl::convolution_forward::primitive_desc& chosen);
  void emit_winograd(const Layer& layer, const Conv2d& conv);

  [[nodiscard]] const Shape<4>& shape(const std::string& value) const;
  [[nodiscard]] Layout any_layout(const std::string& value) const;
  [[nodiscard]] Layout nhwc(const std::string& value) const;

  /// Any copy there is, preferably not NHWC.
  [[nodiscard]] const Copy& some_copy(const std::string& value) const;
  /// The value in this layout, reordered if no copy has it.
  Copy copy_in(const std::string& value, const Layout& layout, const std::string& layer);
  /// Room for a layer's output; the caller's memory if it is an output in NHWC.
  Copy new_copy(const std::string& value, const Layout& layout);
  /// The output of an in-place sum: the addend's own memory if nobody reads it later, else a copy.
  Copy addend_in_place(const Layer& layer, const Layout& layout, const Place& source);

  Operand operand(int argument, const Copy& copy) const;
  Operand weight_operand(int argument, const std::string& name, const Layout& plain,
                         const Layout& wanted);
  Operand scratchpad(const Layout& layout);
  Place new_buffer(std::size_t bytes);
  void add_step(const std::string& layer, std::string implementation, double flops, Work work,
                std::vector<Operand> operands);
  void add_reorder(const std::string& layer, const Operand& from, const Operand& to);
  void finish_outputs(const std::string& value);
  [[nodiscard]] double flops(const Layer& layer) const;

  const ModelGraph& graph_;
  PackedWeights& weights_;
  dnnl::engine engine_;
  ConvAlgorithm conv_algorithm_;
  ValueShapes shapes_;
  std::map<std::string, std::vector<Copy>, std::less<>> copies_;
  std::map<std::string, int, std::less<>> reads_left_;
  std::vector<BufferLife> buffers_;
  std::shared_ptr<Plan> plan_;
};

}  // namespace roiflow
