/// What there is to say about an image that was taken all the same.
#pragma once

#include <string>
#include <vector>

namespace roiflow {

struct ImageNotes {
  bool truncated = false;          ///< damaged: some of its pixels are guessed
  std::vector<std::string> texts;  ///< sentences, the damage among them; mostly none

  [[nodiscard]] bool empty() const { return !truncated && texts.empty(); }
};

}  // namespace roiflow
