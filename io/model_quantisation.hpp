/// The group /quantisation of a model file (io/FORMAT.md): two tables of scales and zero points.
///
/// Errors: Error{bad_data} naming the data set for columns of different lengths, offsets that are
/// not ascending, or a name twice; when reading and when writing for a scale that is not positive,
/// not as many zero points as scales, or a name that check_tensor_name refuses.
#pragma once

#include "io/hdf5/hdf5.hpp"
#include "stages/model/quantisation.hpp"

namespace roiflow {

Quantisation read_quantisation(const hdf5::Group& group);
void write_quantisation(hdf5::Group& group, const Quantisation& quantisation);

}  // namespace roiflow
