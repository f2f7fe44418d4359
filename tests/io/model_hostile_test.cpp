/// Faults of model and predictions files.
#include <limits>

#include <doctest/doctest.h>

#include "io/model_file.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"
#include "tests/support/hdf5_edit.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow {
namespace {

ModelFile small_model() {
  ModelFile model;
  model.description = "[model]\n";
  model.weights["a.weight"] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
  return model;
}

}  // namespace

TEST_CASE("H17: big-endian weights have the same values") {
  const test::Scratch scratch("model_hostile");
  write_model(scratch / "good.h5", small_model());
  const std::vector<float> values = {1, 2, 3, 4, 5, -6.5F};
  test::edit_copy(scratch / "good.h5", scratch / "bad.h5", [&](hid_t f) {
    test::replace(f, "tensors/a.weight", {{2, 3}, H5T_IEEE_F32BE}, H5T_NATIVE_FLOAT, values.data());
  });
  CHECK(read_model(scratch / "bad.h5").weights.at("a.weight").values == values);
  test::edit_copy(scratch / "good.h5", scratch / "bad.h5", [&](hid_t f) {
    test::replace(f, "tensors/a.weight", {{2, 3}, H5T_IEEE_F64LE}, H5T_NATIVE_FLOAT, values.data());
  });
  CHECK(test::refusal([&] {
          (void)read_model(scratch / "bad.h5");
        }).find("/tensors/a.weight: expected elements of type float32, found float64") !=
        std::string::npos);
}

TEST_CASE("H19: NaN and infinite weights name tensor and index") {
  const test::Scratch scratch("model_hostile");
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    ModelFile model = small_model();
    model.weights["a.weight"].values[4] = value;
    write_model(scratch / "bad.h5", model);
    const std::string text = test::refusal([&] { (void)read_model(scratch / "bad.h5"); });
    CAPTURE(text);
    CHECK(text.find("tensor 'a.weight': expected finite numbers, found ") != std::string::npos);
    CHECK(text.find(" at index 4") != std::string::npos);
  }
}

TEST_CASE("H8: a model whose weights lie in another file") {
  const test::Scratch scratch("model_hostile");
  write_model(scratch / "good.h5", small_model());
  test::edit_copy(scratch / "good.h5", scratch / "bad.h5", [](hid_t f) {
    const test::Id list = test::creation_list();
    H5Pset_external(list, "/etc/passwd", 0, 24);
    test::replace(f, "tensors/a.weight", {{2, 3}, H5T_IEEE_F32LE, list});
  });
  CHECK(test::refusal([&] {
          (void)read_model(scratch / "bad.h5");
        }).find("/tensors/a.weight: expected data inside this file") != std::string::npos);
}

}  // namespace roiflow
