#include "apps/evaluation/semantic_options.hpp"

namespace roiflow {

void add_semantic_options(Options& options) {
  options.add()("absent-classes",
                po::value<std::string>()->value_name("NAME")->default_value("fcn"),
                "fcn: whose convention counts for classes that do not occur and values that are no "
                "class: fcn, detectron2, voc or cityscapes")(
      "ignore-label", po::value<int>()->value_name("N"),
      "fcn: ground truth that does not count, 0 .. 255, or -1: none. Default: what the data set "
      "says, "
      "else 255")("classes", po::value<std::string>()->value_name("FILE"),
                  "fcn: names of the classes of a folder of label maps, one a line; the first is "
                  "class 0");
}

SemanticOptions semantic_options(const ParsedOptions& options) {
  SemanticOptions result{.ground_truth = options.get<std::string>("gt"),
                         .predictions = options.get<std::string>("dt"),
                         .policy = absent_classes(options.get<std::string>("absent-classes"))};
  if (options.has("ignore-label")) result.ignore_label = options.get<int>("ignore-label");
  if (options.has("classes")) result.class_names = options.get<std::string>("classes");
  return result;
}

}  // namespace roiflow
