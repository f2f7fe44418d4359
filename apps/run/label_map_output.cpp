#include "apps/run/label_map_output.hpp"

#include "apps/evaluation/semantic_report.hpp"

namespace roiflow {

LabelMapOutput::LabelMapOutput(const std::filesystem::path& directory,
                               const std::optional<SemanticClasses>& classes)
    : predictions_(directory / "predictions.h5", true) {
  if (classes) confusion_.emplace(*classes);
}

void LabelMapOutput::consume(const Token<Segmented>& token) {
  static const Segmented nothing;
  const Segmented& image = token.ok() ? token.value() : nothing;
  predictions_.append(token.source().record.id, {}, !token.ok(), image.png);
  if (!image.confusion) return;
  confusion_->merge(*image.confusion);
  ++compared_;
}

void LabelMapOutput::summarise(Report& report) const {
  if (compared_ == 0) return;
  constexpr AbsentClasses policy = AbsentClasses::fcn;
  add_semantic(report, {.policy = policy,
                        .records = {*confusion_, {}},
                        .metrics = semantic_metrics(*confusion_, policy)});
}

}  // namespace roiflow
