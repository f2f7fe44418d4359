/// Inside of the pickle reader: the stack machine that io/pickle.hpp describes. Not for others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/weights/pickle.hpp"
#include "io/weights/pickle_opcodes.hpp"

namespace roiflow::pickle {

class Machine {
 public:
  Machine(std::span<const std::uint8_t> bytes, const std::string& source, const Limits& limits,
          Dialect dialect)
      : bytes_(bytes), source_(source), limits_(limits), dialect_(dialect), end_(bytes.size()) {}

  /// Once only.
  Document run();

 private:
  // Input
  std::span<const std::uint8_t> take(std::uint64_t count);
  std::uint64_t natural(std::size_t width);
  std::string text(std::uint64_t count);
  std::string line();
  void open_frame();
  // Stack
  Value* push(Value value);
  Value* pop();
  std::vector<Value*> pop_to_mark();
  std::vector<Value*> pop_some(std::size_t count);
  Value& top();
  // Steps: true if the opcode was theirs
  bool step_number(Opcode opcode);
  bool step_text(Opcode opcode);
  bool step_sequence(Opcode opcode);
  bool step_dict(Opcode opcode);
  bool step_memo(Opcode opcode);
  bool step_object(Opcode opcode);
  void push_long(std::uint64_t length);
  bool call(Opcode opcode);
  bool push_tuple(const std::vector<Value*>& items);
  bool append(const std::vector<Value*>& items);
  bool set_items(const std::vector<Value*>& items);
  bool remember(std::uint64_t index);
  bool recall(std::uint64_t index);
  void deepen(Value& container, const Value& item) const;

  std::span<const std::uint8_t> bytes_;
  const std::string& source_;
  const Limits& limits_;
  Dialect dialect_;
  std::size_t end_;  // of the open frame, or of the input
  std::size_t position_ = 0;
  std::size_t operations_ = 0;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;
  std::vector<Value*> memo_;
  Document document_;
};

}  // namespace roiflow::pickle
