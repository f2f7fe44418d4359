// The model file: what is written is read back, by us and by h5py; other files are refused.
#include "io/model_file.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include <doctest/doctest.h>

#include "io/hdf5/hdf5.hpp"
#include "tests/io/weights_support.hpp"

using namespace roiflow;

namespace {

ModelFile example() {
  ModelFile model;
  model.description = "[model]\nname = tiny\n";
  model.source = "tiny.pth";
  model.weights["conv.weight"] = {{1, 2, 1, 2}, {0.1F, -2.0F, 0.5F, 3e-6F}};
  model.weights["bn.running_var"] = {{3}, {1e-9F, 0.1F, 70000.0F}};
  return model;
}

}  // namespace

TEST_CASE("model file: float32 comes back bit for bit") {
  const TemporaryFile file("model.h5");
  const ModelFile model = example();
  write_model(file.path(), model);
  const ModelFile back = read_model(file.path());
  CHECK(back.description == model.description);
  CHECK(back.source == model.source);
  REQUIRE(back.weights.size() == 2);
  for (const auto& [name, tensor] : model.weights) {
    CHECK(back.weights.at(name).shape == tensor.shape);
    CHECK(back.weights.at(name).values == tensor.values);
  }
}

TEST_CASE("model file: float16 rounds matrices and leaves vectors alone") {
  const TemporaryFile file("model.h5");
  const ModelFile model = example();
  write_model(file.path(), model, StoredPrecision::f16);
  const ModelFile back = read_model(file.path());
  CHECK(back.weights.at("bn.running_var").values == model.weights.at("bn.running_var").values);
  const auto& values = back.weights.at("conv.weight").values;
  // IEEE 754: the nearest halves of 0.1 and 3e-6 (a multiple of 2^-24).
  CHECK(values == std::vector<float>{0.0999755859375F, -2.0F, 0.5F, 50 * 0x1p-24F});
}

TEST_CASE("model file: h5py reads names, types and numbers") {
  if (std::system("/usr/bin/python3 -c 'import h5py' 2>/dev/null") != 0) {
    MESSAGE("SKIPPED model file: h5py reads it: python3-h5py is not installed");
    return;
  }
  const TemporaryFile file("model.h5");
  write_model(file.path(), example(), StoredPrecision::f16);
  const std::string script =
      "import h5py, sys; f = h5py.File(sys.argv[1]); t = f['tensors']; "
      "assert f.attrs['format'] == 'roiflow-model' and f.attrs['version'] == 1; "
      "assert f.attrs['description'] == '[model]\\nname = tiny\\n'; "
      "assert f.attrs['source'] == 'tiny.pth'; "
      "assert sorted(t) == ['bn.running_var', 'conv.weight']; "
      "w = t['conv.weight']; assert w.dtype == 'float16' and w.shape == (1, 2, 1, 2); "
      "assert w[0, 1, 0, 0] == 0.5; assert t['bn.running_var'].dtype == 'float32'";
  CHECK(std::system(("/usr/bin/python3 -c \"" + script + "\" " + file.path()).c_str()) == 0);
}

TEST_CASE("model file: what cannot be written leaves the old file alone") {
  const TemporaryFile file("model.h5");
  write_model(file.path(), example());
  ModelFile large = example();
  large.weights["conv.weight"].values[0] = 70000.0F;
  check_refused([&] { write_model(file.path(), large, StoredPrecision::f16); }, ErrorCode::bad_data,
                "tensor 'conv.weight': 70000 is too large for float16 (use --precision f32)");
  CHECK(read_model(file.path()).weights.at("conv.weight").values[0] == 0.1F);
  check_refused([&] { write_model("/nowhere/at/all/model.h5", large); }, ErrorCode::cannot_create,
                "/nowhere/at/all");
}

TEST_CASE("model file: scales that could not be read are not written") {
  struct Case {
    const char* name;
    const char* key;
    QuantisedValues values;
    const char* text;
  };
  const QuantisedValues good{{0.5}, {3}, 0};
  const Case cases[] = {
      {"no name", "", good, "tensor name"},
      {"a slash", "a/b", good, "tensor name"},
      {"no scale", "conv", {{}, {}, 0}, "found 0 scales and 0 zero points"},
      {"a scale of 0", "conv", {{0.0}, {3}, 0}, "positive scales"},
      {"too few zero points", "conv", {{0.5, 0.25}, {3}, 0}, "found 2 scales and 1 zero points"},
      {"no axis", "conv", {{0.5}, {3}, -1}, "expected an axis"},
  };
  const TemporaryFile file("model.h5");
  for (const Case& item : cases) {
    CAPTURE(item.name);
    ModelFile weights = example();
    weights.quantisation.weights[item.key] = item.values;
    check_refused([&] { write_model(file.path(), weights); }, ErrorCode::bad_data, item.text);
    ModelFile outputs = example();
    outputs.quantisation.outputs[item.key] = item.values;
    check_refused([&] { write_model(file.path(), outputs); }, ErrorCode::bad_data, item.text);
    CHECK(!std::filesystem::exists(file.path()));
  }
}

TEST_CASE("model file: other files and damaged content are refused") {
  const TemporaryFile file("model.h5");
  check_refused([&] { read_model(file.path()); }, ErrorCode::no_input, file.path());
  file.write("not HDF5 at all");
  check_refused([&] { read_model(file.path()); }, ErrorCode::bad_data, file.path());
  {
    hdf5::File other = hdf5::create_file(file.path());
    other.root().set_attribute("format", std::string("roiflow-dataset"));
    other.close();
  }
  check_refused([&] { read_model(file.path()); }, ErrorCode::bad_data,
                "expected a model file (attribute format = 'roiflow-model'), found format = "
                "'roiflow-dataset'");
  ModelFile bad = example();
  bad.weights["conv.weight"].values[2] = std::numeric_limits<float>::quiet_NaN();
  write_model(file.path(), bad);
  check_refused([&] { read_model(file.path()); }, ErrorCode::bad_data,
                "tensor 'conv.weight': expected finite numbers, found nan at index 2");
}
