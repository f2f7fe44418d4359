// A COCO annotation file, strictly: what is accepted is written and read again to the same.
#include "io/coco/coco_json.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/scratch.hpp"

using namespace roiflow;

namespace {

bool same(const Annotation& a, const Annotation& b) {
  return a.id == b.id && a.category_id == b.category_id && a.bbox == b.bbox && a.area == b.area &&
         a.iscrowd == b.iscrowd && a.difficult == b.difficult && a.segmentation == b.segmentation;
}

void check_same(const CocoFile& a, const CocoFile& b) {
  fuzz::must(a.images.size() == b.images.size(), "as many images");
  fuzz::must(a.categories.size() == b.categories.size(), "as many categories");
  for (std::size_t i = 0; i < a.images.size(); ++i) {
    const ImageRecord &x = a.images[i], &y = b.images[i];
    fuzz::must(
        x.id == y.id && x.file_name == y.file_name && x.width == y.width && x.height == y.height,
        "the same image", x.file_name);
    fuzz::must(a.annotations[i].size() == b.annotations[i].size(), "as many annotations");
    for (std::size_t k = 0; k < a.annotations[i].size(); ++k) {
      fuzz::must(same(a.annotations[i][k], b.annotations[i][k]), "the same annotation");
    }
  }
  for (std::size_t i = 0; i < a.categories.size(); ++i) {
    fuzz::must(a.categories[i].id == b.categories[i].id &&
                   a.categories[i].name == b.categories[i].name &&
                   a.categories[i].supercategory == b.categories[i].supercategory,
               "the same category", a.categories[i].name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  static const test::Scratch scratch("fuzz_coco");
  file.write({data, size});
  CocoFile read;
  if (!fuzz::accepts(file.path(), [&] { read = read_coco(file.path()); })) return 0;

  for (const ImageRecord& image : read.images) {
    fuzz::must(image.width > 0 && image.height > 0, "an image has a size");
    fuzz::must(!image.file_name.starts_with('/') && !image.file_name.starts_with("../"),
               "no file name leaves its folder", image.file_name);
  }
  const auto path = scratch / "again.json";
  CocoWriter writer(path, read.categories, read.extra);
  for (std::size_t i = 0; i < read.images.size(); ++i) {
    writer.append(read.images[i], read.annotations[i]);
  }
  writer.close();
  check_same(read, read_coco(path));
  return 0;
}
