/// Who reads which value of a graph; what the passes ask before they absorb a layer.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "stages/model/model_graph.hpp"

namespace roiflow {

class GraphReaders {
 public:
  explicit GraphReaders(const ModelGraph& graph);

  /// How many layer inputs and graph outputs are this value.
  [[nodiscard]] int count(std::string_view value) const;

 private:
  std::map<std::string, int, std::less<>> counts_;
};

}  // namespace roiflow
