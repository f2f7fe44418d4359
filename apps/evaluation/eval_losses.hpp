/// `eval --losses`: the training-mode losses of a model on a labelled data set, as torchvision
/// names them, and their sum; means over images, in data-set order, so that they depend neither on
/// the threads nor on their timing.
#pragma once

#include "apps/options.hpp"

namespace roiflow {

/// --losses, --model, --seed, --limit and what is sampled.
void add_loss_options(Options& options);

/// Prints them, writes --json; the command's exit code. Throws Error{bad_data} if every image
/// failed.
int evaluate_losses(const ParsedOptions& options, int workers);

}  // namespace roiflow
