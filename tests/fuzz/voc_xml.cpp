// XML of VOC annotations: what is read is written and read again to the same.
#include <algorithm>

#include "io/voc/voc_annotation.hpp"
#include "io/voc/xml_tree.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

namespace {

bool same(const XmlElement& a, const XmlElement& b) {
  return a.name == b.name && a.attributes == b.attributes && trimmed(a.text) == trimmed(b.text) &&
         std::ranges::equal(a.children, b.children, same);
}

void check_records(const std::string& path, const fuzz::MemoryFile& second) {
  const VocFileRecord record = read_voc_annotation(path, "2007_000001.jpg");
  ImageRecord image;
  image.file_name = "2007_000001.jpg";
  image.width = record.width;
  image.height = record.height;
  image.extra = record.extra;
  std::vector<Category> categories;
  std::vector<Annotation> annotations;
  for (const VocObjectRecord& object : record.objects) {
    categories.push_back({static_cast<std::int64_t>(categories.size()) + 1, object.name, "", ""});
    annotations.push_back(object.annotation);
    annotations.back().category_id = categories.back().id;
  }
  second.write(fuzz::as_bytes(voc_annotation_text(image, annotations, categories, path)));
  const VocFileRecord again = read_voc_annotation(second.path(), image.file_name);
  fuzz::must(again.width == record.width && again.height == record.height, "the same size");
  fuzz::must(again.extra == record.extra, "the same image", again.extra);
  fuzz::must(again.objects.size() == record.objects.size(), "as many objects");
  for (std::size_t i = 0; i < record.objects.size(); ++i) {
    const Annotation &x = record.objects[i].annotation, &y = again.objects[i].annotation;
    fuzz::must(again.objects[i].name == record.objects[i].name && x.bbox == y.bbox &&
                   x.area == y.area && x.difficult == y.difficult && x.extra == y.extra,
               "the same object", y.extra);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file, second;
  file.write({data, size});
  fuzz::accepts(file.path(), [&] {
    const XmlElement root = read_xml(file.path());
    const std::string text = xml_text(root, file.path());
    fuzz::must(same(root, parse_xml(fuzz::as_bytes(text), "written.xml")), "tree to text to tree",
               text);
  });
  fuzz::accepts(file.path(), [&] { check_records(file.path(), second); });
  return 0;
}
