#include "stages/execute/plan_builder.hpp"

#include <algorithm>

#include "stages/core/error.hpp"
#include "stages/model/shape_rules.hpp"

namespace roiflow {

namespace {

using dnnl::memory;

memory::dims as_nchw(const Shape<4>& nhwc) {
  return {nhwc[0], nhwc[3], nhwc[1], nhwc[2]};
}

memory::desc nhwc_layout(const Shape<4>& shape) {
  return {as_nchw(shape), memory::data_type::f32, memory::format_tag::nhwc};
}

}  // namespace

PlanBuilder::PlanBuilder(const ModelGraph& graph, PackedWeights& weights, dnnl::engine engine,
                         ConvAlgorithm conv_algorithm, std::span<const Shape<4>> inputs)
    : graph_(graph),
      weights_(weights),
      engine_(std::move(engine)),
      conv_algorithm_(conv_algorithm),
      shapes_(infer_shapes(graph, inputs)),
      plan_(std::make_shared<Plan>()) {
  plan_->input_shapes.assign(inputs.begin(), inputs.end());
  for (const GraphOutput& output : graph.outputs) {
    plan_->output_shapes.push_back(shape(output.value));
  }
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const std::string& name = graph.inputs[i].name;
    copies_[name].push_back({nhwc(name), {Place::Kind::input, i}});
  }
  for (const Layer& layer : graph.layers) {
    for (const std::string& input : layer.inputs) ++reads_left_[input];
  }
}

std::shared_ptr<const Plan> PlanBuilder::build() && {
  for (const GraphInput& input : graph_.inputs) finish_outputs(input.name);
  for (const Layer& layer : graph_.layers) {
    for (const std::string& input : layer.inputs) --reads_left_[input];
    std::visit([&](const auto& kind) { emit(layer, kind); }, layer.kind);
    finish_outputs(layer.name);
  }
  const ArenaLayout layout = plan_arena(buffers_);
  plan_->offsets = layout.offsets;
  plan_->arena_bytes = layout.bytes;
  return plan_;
}

const Shape<4>& PlanBuilder::shape(const std::string& value) const {
  return shapes_.find(value)->second;
}

PlanBuilder::Layout PlanBuilder::any_layout(const std::string& value) const {
  return {as_nchw(shape(value)), memory::data_type::f32, memory::format_tag::any};
}

PlanBuilder::Layout PlanBuilder::nhwc(const std::string& value) const {
  return nhwc_layout(shape(value));
}

const PlanBuilder::Copy& PlanBuilder::some_copy(const std::string& value) const {
  return copies_.find(value)->second.front();
}

PlanBuilder::Copy PlanBuilder::copy_in(const std::string& value, const Layout& layout,
                                       const std::string& layer) {
  for (const Copy& copy : copies_[value]) {
    if (copy.layout == layout) return copy;
  }
  const Copy from = some_copy(value);
  const Copy to{layout, new_buffer(layout.get_size())};
  add_reorder(layer, operand(DNNL_ARG_FROM, from), operand(DNNL_ARG_TO, to));
  copies_[value].push_back(to);
  return to;
}

PlanBuilder::Copy PlanBuilder::new_copy(const std::string& value, const Layout& layout) {
  Copy copy{layout, {}};
  const auto output = std::find_if(graph_.outputs.begin(), graph_.outputs.end(),
                                   [&](const GraphOutput& out) { return out.value == value; });
  if (output != graph_.outputs.end() && layout == nhwc(value)) {
    copy.place = {Place::Kind::output, static_cast<std::size_t>(output - graph_.outputs.begin())};
  } else {
    copy.place = new_buffer(layout.get_size());
  }
  copies_[value].push_back(copy);
  return copy;
}

PlanBuilder::Copy PlanBuilder::addend_in_place(const Layer& layer, const Layout& layout,
                                               const Place& source) {
  const std::string& addend = layer.inputs[1];
  const std::size_t copies_before = copies_[addend].size();
  const Copy copy = copy_in(addend, layout, layer.name);
  const bool is_fresh = copies_[addend].size() > copies_before;
  const bool is_free = copy.place.kind == Place::Kind::buffer && copy.place != source &&
                       (is_fresh || reads_left_[addend] == 0);
  if (!is_free) {
    const Copy own{layout, new_buffer(layout.get_size())};
    add_reorder(layer.name, operand(DNNL_ARG_FROM, copy), operand(DNNL_ARG_TO, own));
    copies_[layer.name].push_back(own);
    return own;
  }
  std::erase_if(copies_[addend], [&](const Copy& other) { return other.place == copy.place; });
  copies_[layer.name].push_back(copy);
  return copy;
}

Operand PlanBuilder::operand(int argument, const Copy& copy) const {
  return {argument, copy.layout, copy.place, {}};
}

Operand PlanBuilder::weight_operand(int argument, const std::string& name, const Layout& plain,
                                    const Layout& wanted) {
  return {argument, wanted, {Place::Kind::weights, 0}, weights_.get(name, plain, wanted)};
}

Operand PlanBuilder::scratchpad(const Layout& layout) {
  return {DNNL_ARG_SCRATCHPAD, layout, new_buffer(layout.get_size()), {}};
}

Place PlanBuilder::new_buffer(std::size_t bytes) {
  const int now = static_cast<int>(plan_->steps.size());
  buffers_.push_back({bytes, now, now});
  return {Place::Kind::buffer, buffers_.size() - 1};
}

void PlanBuilder::add_step(const std::string& layer, std::string implementation, double flop_count,
                           Work work, std::vector<Operand> operands) {
  const int now = static_cast<int>(plan_->steps.size());
  for (const Operand& used : operands) {
    if (used.place.kind == Place::Kind::buffer) buffers_[used.place.index].last = now;
  }
  plan_->steps.push_back(
      {layer, std::move(implementation), flop_count, std::move(work), std::move(operands)});
}

void PlanBuilder::add_reorder(const std::string& layer, const Operand& from, const Operand& to) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::reorder::primitive_desc reorder(engine_, from.layout, engine_, to.layout, attributes);
  std::vector<Operand> operands{from, to};
  if (reorder.scratchpad_desc().get_size() > 0) {
    operands.push_back(scratchpad(reorder.scratchpad_desc()));
  }
  add_step(layer, "reorder", 0, dnnl::reorder(reorder), std::move(operands));
}

void PlanBuilder::finish_outputs(const std::string& value) {
  for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
    if (graph_.outputs[i].value != value) continue;
    const Copy wanted{nhwc(value), {Place::Kind::output, i}};
    const std::vector<Copy>& copies = copies_[value];
    const bool is_there = std::any_of(copies.begin(), copies.end(),
                                      [&](const Copy& copy) { return copy.place == wanted.place; });
    if (is_there) continue;
    add_reorder(value, operand(DNNL_ARG_FROM, some_copy(value)), operand(DNNL_ARG_TO, wanted));
    copies_[value].push_back(wanted);
  }
}

double PlanBuilder::flops(const Layer& layer) const {
  return floating_point_operations(layer.kind, shape(layer.inputs.front()), shape(layer.name));
}

}  // namespace roiflow
