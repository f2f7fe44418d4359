/// TorchScript pickles by hand: pieces of their bytes.
#pragma once

#include <cstdint>
#include <string>

#include "io/weights/pickle.hpp"

inline roiflow::pickle::Document read_script(const std::string& text) {
  return roiflow::pickle::read({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                               "p", {}, roiflow::pickle::Dialect::torch_script);
}

inline const std::string script_begin = "\x80\x02";
/// An object of class __torch__.a.b.Net; its state and BUILD ('b') are to follow.
inline const std::string script_module = "c__torch__.a.b\nNet\n)\x81";
/// A float32 tensor of shape [0].
inline const std::string empty_tensor = [] {
  using namespace std::string_literals;
  return "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01"
         "0U\x03"
         "cpuK\x00tQK\x00K\x00\x85K\x01\x85\x89NtR"s;
}();
