/// Inside of the JSON room: the keys of one object, to see that none comes twice. Readers disagree
/// about which of two members counts, so the file has no meaning.
///
/// Small objects cost a few comparisons of numbers; objects with many members do not cost more than
/// their number times its logarithm.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <set>
#include <string_view>

namespace roiflow {

inline constexpr int deepest_json = 64;  ///< levels of arrays and objects in one value

class JsonKeys {
 public:
  /// False if `key`, without its escapes, was there before.
  bool insert(std::string_view key) {
    const Print print(key);
    for (std::size_t i = 0; i < count_; ++i) {
      if (few_[i] == print) return false;
    }
    if (count_ == few_.size()) return many_.insert(print).second;
    few_[count_++] = print;
    return true;
  }

 private:
  /// All of a key up to 16 bytes; of a longer one, its length, 8 bytes and a hash.
  struct Print {
    std::uint64_t front = 0, back = 0;
    std::size_t size = 0;
    Print() = default;
    explicit Print(std::string_view key) : size(key.size()) {
      constexpr std::size_t half = sizeof front;
      std::memcpy(&front, key.data(), key.size() < half ? key.size() : half);
      if (key.size() > 2 * half) {
        back = std::hash<std::string_view>()(key);
      } else if (key.size() > half) {
        std::memcpy(&back, key.data() + half, key.size() - half);
      }
    }
    auto operator<=>(const Print&) const = default;
  };

  std::array<Print, 12> few_;
  std::size_t count_ = 0;
  std::set<Print> many_;
};

}  // namespace roiflow
