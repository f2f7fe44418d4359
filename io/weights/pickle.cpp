#include "io/weights/pickle.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <string_view>

#include "io/weights/pickle_machine.hpp"
#include "io/weights/torch_objects.hpp"
#include "stages/core/error.hpp"

namespace roiflow::pickle {
namespace {

constexpr std::size_t max_line = 256;  // of a GLOBAL's module and name

[[noreturn]] void refuse(const std::string& reason) {
  throw Refused(reason);
}

}  // namespace

Document Machine::run() {
  std::size_t begin = 0;
  Opcode opcode{};
  try {
    do {
      begin = position_;
      if (position_ == end_) end_ = bytes_.size();  // the frame is over
      opcode = static_cast<Opcode>(natural(1));
      if (operations_ == 0 && opcode != Opcode::protocol) {
        refuse("a pickle of protocol 2 to 5 begins with PROTO");
      }
      if (++operations_ > limits_.operations) {
        refuse(fmt::format("more than {} operations", limits_.operations));
      }
      if (opcode == Opcode::stop) break;
      const bool known = step_number(opcode) || step_text(opcode) || step_sequence(opcode) ||
                         step_dict(opcode) || step_memo(opcode) || step_object(opcode);
      if (!known) refuse("an opcode that no state_dict needs; nothing is executed");
    } while (true);
    document_.root = pop();
    if (!stack_.empty() || !marks_.empty()) refuse("more than one value is left at the end");
  } catch (const Refused& reason) {
    fail(ErrorCode::bad_data, "{}: byte {}: {} (0x{:02x}): {}", source_, begin, name(opcode),
         static_cast<unsigned>(opcode), reason.what());
  }
  document_.bytes = position_;
  return std::move(document_);
}

std::span<const std::uint8_t> Machine::take(std::uint64_t count) {
  if (count > end_ - position_) {
    refuse(fmt::format("{} bytes were expected but only {} are left", count, end_ - position_));
  }
  const auto taken = bytes_.subspan(position_, count);
  position_ += count;
  return taken;
}

std::uint64_t Machine::natural(std::size_t width) {
  const auto raw = take(width);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value |= std::uint64_t{raw[i]} << (8 * i);
  return value;
}

std::string Machine::text(std::uint64_t count) {
  const auto raw = take(count);
  return {raw.begin(), raw.end()};
}

std::string Machine::line() {
  std::string result;
  while (result.size() <= max_line) {
    const char next = static_cast<char>(natural(1));
    if (next == '\n') return result;
    result += next;
  }
  refuse(fmt::format("a name of more than {} bytes", max_line));
}

void Machine::open_frame() {
  if (end_ != bytes_.size()) refuse("a frame inside a frame");
  const std::uint64_t length = natural(8);
  if (length > end_ - position_) {
    refuse(fmt::format("a frame of {} bytes, but only {} are left", length, end_ - position_));
  }
  end_ = position_ + length;
}

bool Machine::step_number(Opcode opcode) {
  switch (opcode) {
    case Opcode::none:
      return push({None{}}) != nullptr;
    case Opcode::new_true:
      return push({true}) != nullptr;
    case Opcode::new_false:
      return push({false}) != nullptr;
    case Opcode::binary_int:
      return push({std::int64_t{static_cast<std::int32_t>(natural(4))}}) != nullptr;
    case Opcode::binary_int1:
      return push({static_cast<std::int64_t>(natural(1))}) != nullptr;
    case Opcode::binary_int2:
      return push({static_cast<std::int64_t>(natural(2))}) != nullptr;
    case Opcode::long1:
      push_long(natural(1));
      return true;
    case Opcode::long4:
      push_long(natural(4));
      return true;
    case Opcode::binary_float: {
      std::uint64_t bits = 0;  // the one big-endian number of the format
      for (const std::uint8_t byte : take(8)) bits = (bits << 8U) | byte;
      return push({std::bit_cast<double>(bits)}) != nullptr;
    }
    default:
      return false;
  }
}

void Machine::push_long(std::uint64_t length) {
  const auto raw = take(length);
  if (length > 8) {
    push({BigInteger{{raw.begin(), raw.end()}}});
    return;
  }
  const bool negative = !raw.empty() && (raw.back() & 0x80U) != 0;
  std::uint64_t value = negative ? std::numeric_limits<std::uint64_t>::max() : 0;
  for (std::size_t i = raw.size(); i-- > 0;) value = (value << 8U) | raw[i];
  push({static_cast<std::int64_t>(value)});
}

bool Machine::step_text(Opcode opcode) {
  switch (opcode) {
    case Opcode::short_binary_unicode:
    case Opcode::short_binary_string:
      return push({text(natural(1))}) != nullptr;
    case Opcode::binary_unicode:
    case Opcode::binary_string:
      return push({text(natural(4))}) != nullptr;
    case Opcode::binary_unicode8:
      return push({text(natural(8))}) != nullptr;
    case Opcode::short_binary_bytes:
      return push({Bytes{text(natural(1))}}) != nullptr;
    case Opcode::binary_bytes:
      return push({Bytes{text(natural(4))}}) != nullptr;
    case Opcode::binary_bytes8:
      return push({Bytes{text(natural(8))}}) != nullptr;
    default:
      return false;
  }
}

bool Machine::step_object(Opcode opcode) {
  switch (opcode) {
    case Opcode::protocol: {
      const std::uint64_t protocol = natural(1);
      if (operations_ != 1) refuse("a second PROTO");
      if (protocol < 2 || protocol > 5) {
        refuse(fmt::format("expected protocol 2 to 5, found {}", protocol));
      }
      return true;
    }
    case Opcode::frame:
      open_frame();
      return true;
    case Opcode::global: {
      const std::string module = line();
      push(find_global(module, line(), dialect_));
      return true;
    }
    case Opcode::stack_global: {
      const auto names = pop_some(2);
      const auto* module = get_if<std::string>(names[0]);
      const auto* object = get_if<std::string>(names[1]);
      if (module == nullptr || object == nullptr) refuse("expected two texts on the stack");
      push(find_global(*module, *object, dialect_));
      return true;
    }
    case Opcode::binary_persistent_id:
      push(persistent_storage(document_, *pop()));
      return true;
    case Opcode::reduce:
    case Opcode::new_object:
      return call(opcode);
    case Opcode::build: {
      Value* state = pop();
      build(top(), *state);
      deepen(top(), *state);
      return true;
    }
    default:
      return false;
  }
}

bool Machine::call(Opcode opcode) {
  const auto operands = pop_some(2);
  const auto* arguments = get_if<Tuple>(operands[1]);
  if (arguments == nullptr) {
    refuse(fmt::format("expected a tuple of arguments, found {}", kind(*operands[1])));
  }
  Value made = opcode == Opcode::reduce ? reduce(*operands[0], *arguments)
                                        : new_object(*operands[0], *arguments);
  if (made.depth > limits_.depth) {
    refuse(fmt::format("values nested more than {} deep", limits_.depth));
  }
  push(std::move(made));
  return true;
}

Document read(std::span<const std::uint8_t> bytes, const std::string& source, const Limits& limits,
              Dialect dialect) {
  return Machine(bytes, source, limits, dialect).run();
}

}  // namespace roiflow::pickle
