/// A fully convolutional segmenter as a graph: from the image to class scores on a coarse grid.
/// What remains is to enlarge them to the size of the image, which stages/label_map does together
/// with the choice of the best class, so that all classes at full size are never stored.
///
///   input   image [n, H, W, 3] as preprocessed
///   output  scores [n, h, w, classes], before any softmax
///
/// skip (Long, Shelhamer, Darrell 2015, on VGG): layers and tensors are named as in the paper's
/// Caffe files and in pytorch-fcn: conv1_1 ... conv5_3, fc6, fc7, score_fr, score_pool4,
/// score_pool3. The scores have stride 32, 16 or 8. upscore2 and upscore_pool4 are fixed bilinear
/// kernels and have no tensors here. Offsets of the crops follow from where a pixel's centre lies
/// on the image, as Caffe's coord_map does it; with fcn.kernel = 7, fcn.padding = 100 they are the
/// paper's: 5 for pool4, 9 for pool3, and 19, 27, 31 for the last crop of FCN-32s, -16s, -8s.
///
/// torchvision (fcn_resnet50, fcn_resnet101): a dilated ResNet, tensors backbone.conv1.weight ...
/// and classifier.0.weight ... classifier.4.bias. The auxiliary head is for training only and not
/// part of the graph.
///
/// Errors: Error{usage}, naming the keys, for a kernel and padding whose crops would begin outside.
#pragma once

#include <cstdint>
#include <string>

#include "stages/model/model_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// How scores become as large as the image.
struct ScoreUpsampling {
  /// Of the scores, in pixels of the network's input; 0: enlarged to its size as torch's
  /// interpolate(mode="bilinear", align_corners=False).
  int stride = 0;
  /// Only with a stride: the paper's deconvolution of kernel 2 * stride enlarges them, and its
  /// pixel `offset` is the first of the image.
  int offset = 0;
};

struct FcnGraph {
  ModelGraph graph;
  ScoreUpsampling upsampling;
};

FcnGraph build_fcn(const ModelDescription& description);

/// Whether weights files of such models hold tensors of this name that inference does not need:
/// the auxiliary head of torchvision's, or the bilinear kernels of skip heads.
bool is_unused_fcn_tensor(const ModelDescription& description, const std::string& name);

/// Throws Error{bad_data} if a deconvolution of the weights file (upscore..., of which FCN's are
/// fixed) is not bilinear: such a model learnt them, and would give other scores here.
void require_bilinear_upscores(const ModelDescription& description, const Weights& weights);

}  // namespace roiflow
