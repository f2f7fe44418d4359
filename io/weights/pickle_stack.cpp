#include <algorithm>

#include <fmt/format.h>

#include "io/weights/pickle_machine.hpp"
#include "io/weights/torch_objects.hpp"

namespace roiflow::pickle {
namespace {

[[noreturn]] void refuse(const std::string& reason) {
  throw Refused(reason);
}

}  // namespace

std::string_view kind(const Value& value) {
  struct Name {
    std::string_view operator()(const None&) const { return "None"; }
    std::string_view operator()(bool) const { return "a bool"; }
    std::string_view operator()(std::int64_t) const { return "an integer"; }
    std::string_view operator()(double) const { return "a float"; }
    std::string_view operator()(const std::string&) const { return "a text"; }
    std::string_view operator()(const Bytes&) const { return "bytes"; }
    std::string_view operator()(const BigInteger&) const { return "a big integer"; }
    std::string_view operator()(const List&) const { return "a list"; }
    std::string_view operator()(const Tuple&) const { return "a tuple"; }
    std::string_view operator()(const Dict&) const { return "a dict"; }
    std::string_view operator()(const Opaque& o) const { return o.type; }
    std::string_view operator()(Callable) const { return "a function or class"; }
    std::string_view operator()(StorageType) const { return "a storage type"; }
    std::string_view operator()(QuantisationScheme) const { return "a quantisation scheme"; }
    std::string_view operator()(const ModuleType&) const { return "a class of TorchScript"; }
    std::string_view operator()(const Module&) const { return "a TorchScript module"; }
    std::string_view operator()(const Storage*) const { return "a storage"; }
    std::string_view operator()(const TensorRecipe&) const { return "a tensor"; }
    std::string_view operator()(const QuantisedRecipe&) const { return "a quantised tensor"; }
  };
  return std::visit(Name{}, value.data);
}

Value* Machine::push(Value value) {
  if (document_.values.size() >= limits_.values) {
    refuse(fmt::format("more than {} values", limits_.values));
  }
  document_.values.push_back(std::move(value));
  stack_.push_back(&document_.values.back());
  return stack_.back();
}

Value* Machine::pop() {
  Value* value = &top();
  stack_.pop_back();
  return value;
}

Value& Machine::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse("nothing is on the stack");
  return *stack_.back();
}

std::vector<Value*> Machine::pop_some(std::size_t count) {
  if (stack_.size() - (marks_.empty() ? 0 : marks_.back()) < count) {
    refuse("too few values are on the stack");
  }
  const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
  std::vector<Value*> items(first, stack_.end());
  stack_.erase(first, stack_.end());
  return items;
}

std::vector<Value*> Machine::pop_to_mark() {
  if (marks_.empty()) refuse("there is no mark");
  auto items = pop_some(stack_.size() - marks_.back());
  marks_.pop_back();
  return items;
}

void Machine::deepen(Value& container, const Value& item) const {
  container.depth = std::max(container.depth, item.depth + 1);
  if (container.depth > limits_.depth) {
    refuse(fmt::format("values nested more than {} deep", limits_.depth));
  }
}

bool Machine::step_sequence(Opcode opcode) {
  switch (opcode) {
    case Opcode::mark:
      if (marks_.size() >= static_cast<std::size_t>(limits_.depth)) {
        refuse(fmt::format("more than {} open marks", limits_.depth));
      }
      marks_.push_back(stack_.size());
      return true;
    case Opcode::empty_tuple:
      return push_tuple({});
    case Opcode::tuple1:
      return push_tuple(pop_some(1));
    case Opcode::tuple2:
      return push_tuple(pop_some(2));
    case Opcode::tuple3:
      return push_tuple(pop_some(3));
    case Opcode::tuple:
      return push_tuple(pop_to_mark());
    case Opcode::empty_list:
      push({List{}});
      return true;
    case Opcode::list: {
      const auto items = pop_to_mark();
      push({List{}});
      return append(items);
    }
    case Opcode::append:
      return append(pop_some(1));
    case Opcode::appends:
      return append(pop_to_mark());
    default:
      return false;
  }
}

bool Machine::push_tuple(const std::vector<Value*>& items) {
  Value* tuple = push({Tuple{items}});
  for (const Value* item : items) deepen(*tuple, *item);
  return true;
}

bool Machine::append(const std::vector<Value*>& items) {
  auto* list = std::get_if<List>(&top().data);
  if (list == nullptr) refuse(fmt::format("expected a list, found {}", kind(top())));
  for (Value* item : items) {
    deepen(top(), *item);
    list->items.push_back(item);
  }
  return true;
}

bool Machine::step_dict(Opcode opcode) {
  switch (opcode) {
    case Opcode::empty_dict:
      push({Dict{}});
      return true;
    case Opcode::dict: {
      const auto items = pop_to_mark();
      push({Dict{}});
      return set_items(items);
    }
    case Opcode::set_item:
      return set_items(pop_some(2));
    case Opcode::set_items:
      return set_items(pop_to_mark());
    default:
      return false;
  }
}

bool Machine::set_items(const std::vector<Value*>& items) {
  auto* dict = std::get_if<Dict>(&top().data);
  if (dict == nullptr) refuse(fmt::format("expected a dict, found {}", kind(top())));
  if (items.size() % 2 != 0) refuse("a key without a value");
  for (std::size_t i = 0; i < items.size(); i += 2) {
    const Value& key = *items[i];
    if (get_if<std::string>(&key) == nullptr && get_if<std::int64_t>(&key) == nullptr &&
        get_if<Tuple>(&key) == nullptr) {
      refuse(fmt::format("expected a text, an integer or a tuple as key, found {}", kind(key)));
    }
    deepen(top(), *items[i + 1]);
    dict->items.emplace_back(items[i], items[i + 1]);
  }
  return true;
}

bool Machine::step_memo(Opcode opcode) {
  switch (opcode) {
    case Opcode::binary_put:
      return remember(natural(1));
    case Opcode::long_binary_put:
      return remember(natural(4));
    case Opcode::memoize:
      return remember(memo_.size());
    case Opcode::binary_get:
      return recall(natural(1));
    case Opcode::long_binary_get:
      return recall(natural(4));
    default:
      return false;
  }
}

bool Machine::remember(std::uint64_t index) {
  // Picklers number from 0 (or 1) upwards, so a number above the count of operations is a trick.
  if (index > operations_) refuse(fmt::format("memo number {} is out of order", index));
  if (index >= memo_.size()) memo_.resize(index + 1, nullptr);
  memo_[index] = &top();
  return true;
}

bool Machine::recall(std::uint64_t index) {
  if (index >= memo_.size() || memo_[index] == nullptr) {
    refuse(fmt::format("memo number {} was never stored", index));
  }
  stack_.push_back(memo_[index]);
  return true;
}

}  // namespace roiflow::pickle
