/// Proposals from outside in a data set: /proposals/bbox and /proposals/score, a row an image.
/// Private to this room.
#pragma once

#include <cstdint>
#include <vector>

#include "io/hdf5/columns.hpp"
#include "io/hdf5/hdf5.hpp"
#include "stages/core/annotation.hpp"

namespace roiflow {

class ProposalColumns {
 public:
  /// Throws Error{bad_data} unless both have a row an image.
  ProposalColumns(const hdf5::Group& group, std::int64_t images);

  /// Throws Error{bad_data} if the boxes are not four numbers each, or not finite.
  [[nodiscard]] std::vector<Proposal> read(std::int64_t row) const;

 private:
  hdf5::RaggedColumn bbox_, score_;
};

class ProposalWriter {
 public:
  explicit ProposalWriter(hdf5::Group group);
  void append(const std::vector<Proposal>& proposals);
  void finish();

 private:
  std::unique_ptr<hdf5::Group> group_;
  hdf5::RaggedWriter<double> bbox_, score_;
};

}  // namespace roiflow
