/// Faults H1 to H18 of HDF5 files, made from a good data set; each is refused by the reader of data
/// sets, and so by every command. Corpora of damaged files run in addition where they are.
#include <random>

#include <doctest/doctest.h>
#include <sys/file.h>

#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_columns.hpp"
#include "io/file_info.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/model_file.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"
#include "tests/support/hdf5_edit.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using test::edit_copy;
using test::Id;

/// A data set of four images with two annotations each.
class Fixture {
 public:
  Fixture() {
    DatasetWriter writer(good(), {.categories = {{1, "disc", "", ""}, {2, "box", "", ""}}});
    for (std::int64_t i = 0; i < 4; ++i) {
      Sample sample{{i, 10 + i, "a.jpg", 4, 3, ""}, {}, {}, {}};
      sample.encoded.assign(100, static_cast<std::uint8_t>(i));
      for (std::int64_t k = 0; k < 2; ++k) {
        Annotation a;
        a.id = 2 * i + k;
        a.category_id = 1 + k;
        a.bbox = {0, 0, 2, 2};
        a.area = 4;
        if (k == 0) {
          a.segmentation = Rle{3, 4, {0, 5, 7}};
        } else {
          a.segmentation = RleText{3, 4, "057"};
        }
        sample.annotations.push_back(std::move(a));
      }
      writer.append(sample);
    }
    writer.close();
  }
  [[nodiscard]] fs::path good() const { return scratch_ / "good.h5"; }
  [[nodiscard]] fs::path bad() const { return scratch_ / "bad.h5"; }
  [[nodiscard]] fs::path path(const std::string& name) const { return scratch_ / name; }

  /// What reading everything of the changed file says; "accepted".
  template <class Change>
  std::string with(Change&& change) const {
    edit_copy(good(), bad(), change);
    return refusal(bad());
  }
  std::string with_bytes(const std::string& content) const {
    test::write_bytes(bad(), content);
    return refusal(bad());
  }
  static std::string refusal(const fs::path& path, ErrorCode code = ErrorCode::bad_data) {
    try {
      (void)file_info(path);
      const DatasetReader reader(path);
      for (std::int64_t i = 0; i < reader.size(); ++i) (void)reader.read(i);
      (void)read_dataset_columns(path, {.boxes = true, .shapes = true});
    } catch (const Error& error) {
      CHECK(error.code() == code);
      CHECK(std::string(error.what()).starts_with(path.string() + ": "));
      return std::string(error.what()).substr(path.string().size() + 2);
    }
    return "accepted";
  }

 private:
  test::Scratch scratch_{"hdf5_hostile"};
};

void check_says(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CAPTURE(part);
  CHECK(text.find(part) != std::string::npos);
}

std::string random_damage(std::string bytes, std::mt19937_64& random) {
  for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 3) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        break;
      case 1:
        bytes[at] = static_cast<char>(random());
        break;
      default:
        for (std::size_t i = at; i < std::min(bytes.size(), at + (std::size_t{1} << random() % 4));
             ++i) {
          bytes[i] = random() % 2 == 0 ? '\xff' : '\0';
        }
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("H1: cut at any place, empty, or without the signature") {
  const Fixture fixture;
  const std::string good = test::read_bytes(fixture.good());
  REQUIRE(fixture.with_bytes(good) == "accepted");
  for (std::size_t i = 0; i < 100; ++i) {
    CAPTURE(i);
    CHECK(fixture.with_bytes(good.substr(0, good.size() * i / 100)) != "accepted");
  }
  CHECK(fixture.with_bytes(good.substr(0, good.size() - 1)) != "accepted");
  check_says(fixture.with_bytes(""), "signature");
  check_says(fixture.with_bytes("\x89HDG" + good.substr(4)), "signature");
}

// The text of an attribute stands in a heap, behind its length; HDF5 1.10.8 believes the length.
TEST_CASE("H2: damage that crashes the library is an error like any other") {
  const Fixture fixture;
  std::string bytes = test::read_bytes(fixture.good());
  constexpr std::size_t last_of_length = 31;  // heap's head of 16 bytes, 8 more, the length
  bytes.at(bytes.find("GCOL") + last_of_length) = 8;
  const std::string text = fixture.with_bytes(bytes);
  CHECK(text != "accepted");
  if (hdf5::library_version() == "1.10.8") check_says(text, "the reader crashed on its structure");
}

TEST_CASE("H2: damaged anywhere, a file is read or refused") {
  const Fixture fixture;
  const std::string good = test::read_bytes(fixture.good());
  std::mt19937_64 random(20);
  std::size_t refused = 0;
  constexpr std::size_t files = 600;
  for (std::size_t i = 0; i < files; ++i) {
    CAPTURE(i);
    test::write_bytes(fixture.bad(), random_damage(good, random));
    try {
      const DatasetReader reader(fixture.bad());
      for (std::int64_t k = 0; k < reader.size(); ++k) (void)reader.read(k);
    } catch (const Error& error) {
      ++refused;
      CHECK(std::string(error.what()).find("bad.h5") != std::string::npos);
    }
  }
  CHECK(refused > files / 10);
  CHECK(refused < files);
}

TEST_CASE("H2: files that once crashed the library") {
  const fs::path folder = test::shared_data() / "hostile" / "hdf5_cve";
  if (!fs::exists(folder)) {
    MESSAGE("SKIPPED H2: files that once crashed the library: no folder " << folder.string());
    return;
  }
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file() || name == "COPYING" || name == "SOURCE.txt") continue;
    CAPTURE(name);
    ++files;
    CHECK(Fixture::refusal(entry.path()) != "accepted");
    CHECK_THROWS_AS(read_model(entry.path()), Error);
    CHECK_THROWS_AS(PredictionsReader{entry.path()}, Error);
  }
  CHECK(files > 60);
}

TEST_CASE("H3 H4: another type or shape names column, expected and found") {
  const Fixture fixture;
  check_says(fixture.with([](hid_t f) {
    const std::vector<double> values(4);
    test::replace(f, "images/id", {{4}, H5T_IEEE_F64LE}, H5T_NATIVE_DOUBLE, values.data());
  }),
             "/images/id: expected elements of type int64, found float64");
  check_says(fixture.with([](hid_t f) {
    const Id text(H5Tcopy(H5T_C_S1), &H5Tclose);
    test::replace(f, "images/id", {{4}, text});
  }),
             "/images/id: expected elements of 8 to 64 bit numbers, found HDF5 type class");
  const std::vector<std::int64_t> values(8);
  check_says(fixture.with([&](hid_t f) {
    test::replace(f, "images/id", {{4, 2}, H5T_STD_I64LE}, H5T_NATIVE_INT64, values.data());
  }),
             "/images/id: expected the shape [4], found [4, 2]");
  check_says(fixture.with([&](hid_t f) {
    test::replace(f, "annotations/bbox", {{8}, H5T_IEEE_F64LE}, H5T_NATIVE_INT64, values.data());
  }),
             "/annotations/bbox: expected the shape [8, 4], found [8]");
}

TEST_CASE("H5: a missing column lists what is there") {
  const Fixture fixture;
  const std::string text =
      fixture.with([](hid_t f) { H5Ldelete(f, "annotations/area", H5P_DEFAULT); });
  check_says(text, "/annotations/area: expected a data set, found nothing of that name");
  check_says(text, "bbox, category_id, difficult, extra, id, image, iscrowd, segmentation");
}

TEST_CASE("H6: unequal lengths and ids that come twice") {
  const Fixture fixture;
  const std::vector<std::int64_t> three = {10, 11, 12};
  check_says(fixture.with([&](hid_t f) {
    test::replace(f, "images/size", {{3}, H5T_STD_I64LE}, H5T_NATIVE_INT64, three.data());
  }),
             "/images/size: expected the shape [4], found [3]");
  check_says(fixture.with([](hid_t f) { test::set_element(f, "images/id", 3, 11); }),
             "/images/id: expected every id once, found 11 twice");
  check_says(fixture.with([](hid_t f) { test::set_element(f, "categories/id", 1, 1); }),
             "/categories/id: expected every id once, found 1 twice");
  check_says(fixture.with([](hid_t f) { test::set_element(f, "annotations/category_id", 2, 9); }),
             "/annotations/category_id: row 2: expected the id of a category, found 9");
}

TEST_CASE("H3: names that are not UTF-8") {
  const Fixture fixture;
  check_says(fixture.with([](hid_t f) {
    const std::vector<std::uint8_t> bytes = {0xFF, 'i', 's', 'c', 'b', 'o', 'x'};
    test::write_all(f, "categories/name/data", H5T_NATIVE_UINT8, bytes.data());
  }),
             "/categories/name/data: row 0: expected a text in UTF-8");
}

TEST_CASE("H7 H10: links of other kinds, and circles") {
  const Fixture fixture;
  const std::string link = "expected data, found a soft or external link";
  check_says(fixture.with([&](hid_t f) {
    H5Ldelete(f, "images/id", H5P_DEFAULT);
    H5Lcreate_external(fixture.good().c_str(), "/images/id", f, "images/id", H5P_DEFAULT,
                       H5P_DEFAULT);
  }),
             "/images/id: " + link);
  check_says(fixture.with([](hid_t f) {  // of no use to us
    H5Lcreate_external("/etc/passwd", "/", f, "notes", H5P_DEFAULT, H5P_DEFAULT);
  }),
             "/notes: " + link);
  check_says(fixture.with([](hid_t f) {
    H5Lcreate_soft("/b", f, "a", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/a", f, "b", H5P_DEFAULT, H5P_DEFAULT);
  }),
             "/a: " + link);
  check_says(fixture.with([](hid_t f) {
    H5Lcreate_soft("/nothing", f, "images/dangling", H5P_DEFAULT, H5P_DEFAULT);
  }),
             "/images/dangling: " + link);
  check_says(fixture.with([](hid_t f) {
    H5Lcreate_hard(f, "/", f, "images/again", H5P_DEFAULT, H5P_DEFAULT);
  }),
             "found one for the second time (a circle of hard links?)");
}

TEST_CASE("H8 H9: data in another file are refused, and nothing of it is read") {
  const Fixture fixture;
  test::write_bytes(fixture.path("secret"), std::string(400, 's'));
  const std::string refused = "expected data inside this file, found a reference to another file";
  check_says(fixture.with([&](hid_t f) {
    const Id list = test::creation_list();
    H5Pset_external(list, fixture.path("secret").c_str(), 0, 400);
    test::replace(f, "images/bytes", {{400}, H5T_STD_U8LE, list});
  }),
             "/images/bytes: " + refused);
  check_says(fixture.with([&](hid_t f) {
    const Id list = test::creation_list();
    const hsize_t extent = 400;
    const Id space(H5Screate_simple(1, &extent, nullptr), &H5Sclose);
    H5Pset_virtual(list, space, fixture.good().c_str(), "/images/bytes", space);
    test::replace(f, "images/bytes", {{400}, H5T_STD_U8LE, list});
  }),
             "/images/bytes: " + refused);
}

TEST_CASE("H11: a shape that the file cannot hold") {
  const Fixture fixture;
  const std::string claim = "/images/bytes: the shape claims 1099511627776 bytes, found only ";
  constexpr hsize_t huge = hsize_t{1} << 40;
  check_says(fixture.with([](hid_t f) { test::replace(f, "images/bytes", {{huge}}); }), claim);
  for (const bool deflated : {false, true}) {
    check_says(fixture.with([&](hid_t f) {
      const Id list = test::creation_list();
      const hsize_t chunk = 1 << 20;
      H5Pset_chunk(list, 1, &chunk);
      if (deflated) H5Pset_deflate(list, 9);
      test::replace(f, "images/bytes", {{huge}, H5T_STD_U8LE, list});
    }),
               claim);
  }
}

TEST_CASE("H12: chunks above 256 MiB, and compression above 1000") {
  const Fixture fixture;
  check_says(fixture.with([](hid_t f) {
    const Id list = test::creation_list();
    const hsize_t chunk = (hsize_t{256} << 20) + 1;
    H5Pset_chunk(list, 1, &chunk);
    H5Pset_deflate(list, 9);
    test::replace(f, "images/bytes", {{chunk}, H5T_STD_U8LE, list});
  }),
             "/images/bytes: expected chunks of at most 268435456 bytes, found 268435457");
  check_says(fixture.with([](hid_t f) {
    const Id list = test::creation_list();
    const hsize_t chunk = 32 << 20;
    H5Pset_chunk(list, 1, &chunk);
    H5Pset_deflate(list, 9);
    const std::vector<std::uint8_t> zeros(chunk);
    test::replace(f, "images/bytes", {{chunk}, H5T_STD_U8LE, list}, H5T_NATIVE_UINT8, zeros.data());
  }),
             "(compression above 1000 is refused)");
}

// A chunk that says it is small and is not: the library inflates until the stream ends.
TEST_CASE("H12: what a chunk becomes is bounded, whatever its header says") {
  const Fixture fixture;
  check_says(fixture.with([](hid_t f) {
    const Id list = test::creation_list();
    const hsize_t chunk = 1 << 20;
    H5Pset_chunk(list, 1, &chunk);
    H5Pset_deflate(list, 9);
    test::replace(f, "images/bytes", {{chunk}, H5T_STD_U8LE, list});
    const Id data(H5Dopen2(f, "images/bytes", H5P_DEFAULT), &H5Dclose);
    const std::string long_chunk(std::size_t{8} << 20, 'x');
    const hsize_t at = 0;
    REQUIRE(H5Dwrite_chunk(data, H5P_DEFAULT, 0, &at, long_chunk.size(), long_chunk.data()) >= 0);
  }),
             "expected 1 to 1049688 bytes in the chunk at [0], found 8388608");
}

TEST_CASE("H12: a chunk shorter than it must be is not read beyond its end") {
  const Fixture fixture;
  check_says(fixture.with([](hid_t f) {
    const Id list = test::creation_list();
    const hsize_t chunk = 400;
    H5Pset_chunk(list, 1, &chunk);
    H5Pset_fletcher32(list);
    test::replace(f, "images/bytes", {{800}, H5T_STD_U8LE, list});
    const Id data(H5Dopen2(f, "images/bytes", H5P_DEFAULT), &H5Dclose);
    const std::string bytes(1200, '\0');
    const hsize_t first = 0, second = 400;
    REQUIRE(H5Dwrite_chunk(data, H5P_DEFAULT, 0, &first, 1200, bytes.data()) >= 0);
    REQUIRE(H5Dwrite_chunk(data, H5P_DEFAULT, 0, &second, 8, bytes.data()) >= 0);
  }),
             "/images/bytes: expected 404 bytes in the chunk at [0], found 1200");
}

TEST_CASE("H13: unknown filters are refused by number; plugins are not loaded") {
  const Fixture fixture;
  check_says(fixture.with([](hid_t f) {
    const Id list = test::creation_list();
    const hsize_t chunk = 400;
    H5Pset_chunk(list, 1, &chunk);
    H5Pset_filter(list, 32001, H5Z_FLAG_OPTIONAL, 0, nullptr);  // blosc's number
    const std::vector<std::uint8_t> bytes(400);
    test::replace(f, "images/bytes", {{400}, H5T_STD_U8LE, list}, H5T_NATIVE_UINT8, bytes.data());
  }),
             "/images/bytes: expected the filters fletcher32, deflate or shuffle, found the filter "
             "number 32001");
  unsigned mask = 1;
  H5PLget_loading_state(&mask);
  CHECK(mask == 0);
}

TEST_CASE("H13: known filters are read") {
  const Fixture fixture;
  CHECK(fixture.with([](hid_t f) {
    const Id list = test::creation_list();
    const hsize_t chunk = 64;
    H5Pset_chunk(list, 1, &chunk);
    H5Pset_shuffle(list);
    H5Pset_deflate(list, 6);
    H5Pset_fletcher32(list);
    std::vector<std::uint8_t> bytes(400);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i / 100);
    test::replace(f, "images/bytes", {{400}, H5T_STD_U8LE, list}, H5T_NATIVE_UINT8, bytes.data());
  }) == "accepted");
  CHECK(DatasetReader(fixture.bad()).encoded(3) == std::vector<std::uint8_t>(100, 3));
}

TEST_CASE("H16: a file that is being written is busy, with what helps if its writer was killed") {
  const Fixture fixture;
  const int other = open(fixture.good().c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(flock(other, LOCK_EX | LOCK_NB) == 0);  // as the library of the writer does
  check_says(Fixture::refusal(fixture.good(), ErrorCode::busy), "open for writing");
  close(other);
  CHECK(Fixture::refusal(fixture.good()) == "accepted");
  {
    const Id access(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    const Id file(H5Fcreate(fixture.path("w.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access),
                  &H5Fclose);
    REQUIRE(H5Fstart_swmr_write(file) >= 0);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    fs::copy_file(fixture.path("w.h5"), fixture.bad());  // what a killed writer leaves
  }
  check_says(Fixture::refusal(fixture.bad(), ErrorCode::busy), "h5clear");
}

TEST_CASE("H17: big-endian columns have the same meaning") {
  const Fixture fixture;
  const std::vector<std::int64_t> ids = {10, 11, 12, 13};
  CHECK(fixture.with([&](hid_t f) {
    test::replace(f, "images/id", {{4}, H5T_STD_I64BE}, H5T_NATIVE_INT64, ids.data());
  }) == "accepted");
  CHECK(DatasetReader(fixture.bad()).record(2).id == 12);
}

TEST_CASE("H18: groups 2000 deep") {
  const Fixture fixture;
  check_says(fixture.with([](hid_t f) {
    std::string path = "images";
    for (int i = 0; i < 2000; ++i) {
      path += "/d";
      H5Gclose(H5Gcreate2(f, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    }
  }),
             "expected at most 16 levels of groups");
}

}  // namespace roiflow
