/// The HDF5 room: what is written comes back; types, links and damage are checked.
#include "io/hdf5/hdf5.hpp"

#include <set>

#include <doctest/doctest.h>

#include "io/hdf5/columns.hpp"
#include "stages/core/error.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow::hdf5 {
namespace {

namespace fs = std::filesystem;

template <class Call>
std::string refusal(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// Reads everything below `group`, to `levels` levels.
void read_all(const Group& group, int levels) {
  require(levels > 0, ErrorCode::bad_data, "{}: too deep", group.location());
  for (const std::string& name : group.children()) {
    if (group.is_group(name)) {
      read_all(group.group(name), levels - 1);
      continue;
    }
    const Dataset data = group.dataset(name);
    switch (data.type()) {
      case Type::uint8:
        (void)data.read<std::uint8_t>();
        break;
      case Type::int64:
        (void)data.read<std::int64_t>();
        break;
      case Type::float32:
        (void)data.read<float>();
        break;
      default:
        break;
    }
  }
}

TEST_CASE("hdf5: attributes and arrays come back") {
  const test::Scratch scratch("hdf5");
  {
    File file = create_file(scratch / "a.h5");
    Group root = file.root();
    root.set_attribute("text", std::string("Käse\nzwei"));
    root.set_attribute("empty", std::string());
    root.set_attribute("long", std::string(200'000, 'x'));
    root.set_attribute("integer", std::int64_t{-7});
    root.set_attribute("real", 0.1);
    Group group = root.create_group("g");
    const std::vector<float> values = {1, 2.5F, -3, 4, 5, 6};
    (void)group.create_array<float>("a", {2, 3}, values);
    (void)group.create_array<float>("scalar", {}, std::span(values).first(1));
    (void)group.create_array<float>("none", {0, 3}, std::span<const float>());
    const std::vector<Half> halves = {
        {0x3C00}, {0x3555}, {0xFBFF}, {0x0001}};  // 1, ~1/3, -65504, 2^-24
    (void)group.create_array<Half>("h", {4}, halves);
    file.close();
  }
  const File file = open_file(scratch / "a.h5");
  const Group root = file.root();
  CHECK(root.attribute_names() ==
        std::vector<std::string>{"empty", "integer", "long", "real", "text"});
  CHECK(root.text_attribute("text") == "Käse\nzwei");
  CHECK(root.text_attribute("empty") == "");
  CHECK(root.text_attribute("long").size() == 200'000);
  CHECK(root.integer_attribute("integer") == -7);
  CHECK(std::get<double>(root.attribute("real")) == 0.1);
  const Group group = root.group("g");
  CHECK(group.children() == std::vector<std::string>{"a", "h", "none", "scalar"});
  CHECK(group.dataset("a").shape() == Shape{2, 3});
  CHECK(group.dataset("a").read<float>(1, 1) == std::vector<float>{4, 5, 6});
  CHECK(group.dataset("scalar").read<float>() == std::vector<float>{1});
  CHECK(group.dataset("none").read<float>().empty());
  CHECK(group.dataset("h").type() == Type::float16);
  CHECK(group.dataset("h").read<float>() == std::vector<float>{1, 0x1.554p-2F, -65504, 0x1p-24F});
}

TEST_CASE("hdf5: wrong types, rows and names are refused by name") {
  const test::Scratch scratch("hdf5_refuse");
  {
    File file = create_file(scratch / "a.h5");
    Group root = file.root();
    const std::vector<std::int64_t> values = {1, 2, 3};
    (void)root.create_array<std::int64_t>("n", {3}, values);
    file.close();
  }
  const File file = open_file(scratch / "a.h5");
  const Group root = file.root();
  const Dataset n = root.dataset("n");
  CHECK(refusal([&] { (void)n.read<double>(); })
            .find("a.h5: /n: expected elements of type "
                  "float64, found int64") != std::string::npos);
  CHECK(refusal([&] { (void)n.read<std::int64_t>(2, 2); }).find("found 3 rows") !=
        std::string::npos);
  CHECK(refusal([&] { (void)n.read<std::int64_t>(-1, 1); }) != "");
  CHECK(refusal([&] { (void)root.dataset("m"); }).find("found nothing of that name") !=
        std::string::npos);
  CHECK(refusal([&] { (void)root.group("n"); }).find("expected a group") != std::string::npos);
  CHECK(refusal([&] { (void)root.text_attribute("t"); }).find("'t' is missing") !=
        std::string::npos);
}

TEST_CASE("hdf5: ragged columns check their offsets") {
  const test::Scratch scratch("hdf5_ragged");
  const auto make = [&](const std::vector<std::int64_t>& offsets) {
    File file = create_file(scratch / "a.h5");
    Group group = file.root().create_group("x");
    const std::vector<std::uint8_t> data = {1, 2, 3, 4, 5};
    (void)group.create_array<std::int64_t>("offset", {std::ssize(offsets)}, offsets);
    (void)group.create_array<std::uint8_t>("data", {5}, data);
    file.close();
    const File again = open_file(scratch / "a.h5");
    return refusal([&] { (void)RaggedColumn(again.root(), "x").read<std::uint8_t>(1); });
  };
  CHECK(make({0, 2, 5}) == "");
  CHECK(make({0, 2, 6}).find("expected offsets from 0 to 5") != std::string::npos);
  CHECK(make({0, 9, 5}).find("expected an increasing range") != std::string::npos);
  CHECK(make({1, 2, 5}) != "");
}

// The name of each file says what it is; what must be refused here is what any reader would see,
// not what only the meaning of the columns forbids.
TEST_CASE("hdf5: hostile files") {
  const fs::path folder = test::shared_data() / "hostile" / "hdf5_derived";
  if (!fs::exists(folder)) {
    MESSAGE("SKIPPED hdf5: hostile files: no folder " << folder.string());
    return;
  }
  const std::set<std::string> meaning = {"bad__duplicate_image_ids.h5",
                                         "bad__missing_dataset.h5",
                                         "bad__nan_weights.h5",
                                         "bad__names_shorter_than_images.h5",
                                         "bad__scalar.h5",
                                         "bad__weights_big_endian_f4.h5",
                                         "bad__zero_dim.h5",
                                         "bad__images_is_group.h5"};
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("bad__")) continue;
    CAPTURE(name);
    const std::string text = refusal([&] { read_all(open_file(entry.path()).root(), 16); });
    CHECK(text.find(meaning.contains(name) ? "" : name) != std::string::npos);
    if (!meaning.contains(name)) CHECK(text != "");
  }
}

}  // namespace
}  // namespace roiflow::hdf5
