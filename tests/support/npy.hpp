/// Reads NumPy .npy files (format 1.0, little-endian, C order): what golden values are kept in.
///
/// Example: Npy boxes = read_npy(folder + "/boxes.npy"); boxes.shape is {n, 4}, boxes.values[0] the
/// first number as double (exact for float32, and for integers up to 2^53).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace roiflow {

struct Npy {
  std::vector<std::size_t> shape;
  std::vector<double> values;

  [[nodiscard]] std::vector<float> floats() const { return {values.begin(), values.end()}; }
};

template <class T>
std::vector<double> npy_values(const std::string& bytes, std::size_t offset) {
  std::vector<T> typed((bytes.size() - offset) / sizeof(T));
  if (!typed.empty()) std::memcpy(typed.data(), bytes.data() + offset, typed.size() * sizeof(T));
  return {typed.begin(), typed.end()};
}

/// Throws std::runtime_error if the file is missing, damaged or of a type that is not listed.
inline Npy read_npy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.size() < 10 || bytes.compare(1, 5, "NUMPY") != 0) {
    throw std::runtime_error(path + ": not a .npy file");
  }
  const std::size_t header =
      static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  const std::string text = bytes.substr(10, header);
  const std::string type = text.substr(text.find("'descr': '") + 10, 3);
  Npy npy;
  std::size_t expected = 1;
  for (std::size_t at = text.find('(') + 1; text[at] != ')';) {
    std::size_t digits = 0;
    npy.shape.push_back(std::stoul(text.substr(at), &digits));
    expected *= npy.shape.back();
    at = text.find_first_not_of(", ", at + digits);
  }
  const std::size_t data = 10 + header;
  if (type == "<f4") npy.values = npy_values<float>(bytes, data);
  if (type == "<f8") npy.values = npy_values<double>(bytes, data);
  if (type == "<i8") npy.values = npy_values<std::int64_t>(bytes, data);
  if (type == "<i4") npy.values = npy_values<std::int32_t>(bytes, data);
  if (type == "<i2") npy.values = npy_values<std::int16_t>(bytes, data);
  if (type == "|u1") npy.values = npy_values<std::uint8_t>(bytes, data);
  if (npy.values.size() != expected) {
    throw std::runtime_error(path + ": " + type + " of unexpected size");
  }
  return npy;
}

}  // namespace roiflow
