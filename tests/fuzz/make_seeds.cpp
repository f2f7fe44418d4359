// Makes the seeds of the fuzz targets: small sound inputs, by our writers and by hand.
//
//   build/release/bin/fuzz_seeds [FOLDER]      tests/fuzz of the sources
#include <filesystem>
#include <iostream>
#include <iterator>

#include "io/journal/journal_record.hpp"
#include "io/weights/zip_archive.hpp"
#include "stages/decode/encode.hpp"
#include "stages/masks/polygon.hpp"
#include "stages/masks/rle.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/stored_zip.hpp"

using namespace roiflow;
using namespace std::string_literals;

namespace {

namespace fs = std::filesystem;

fs::path root;

void seed(const std::string& target, const std::string& name, std::string_view bytes) {
  const fs::path folder = root / target / "seeds";
  fs::create_directories(folder);
  test::write_bytes(folder / name, bytes);
}

std::string natural(std::uint64_t value, int width) {
  return test::StoredZip::natural(value, width);
}

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

fs::path golden(const std::string& name) {
  return fs::path(ROIFLOW_SOURCE_DIR) / "tests/golden" / name;
}

/// The archives of torch that tests/reference/make_weights_golden.py made, as they are and as
/// entries.
void weights() {
  for (const char* name : {"tensors_zip.pth", "tensors_protocol4.pth", "checkpoint.pth",
                           "parameter.pth", "script_float.pt", "script_quantised.pt"}) {
    const ZipArchive archive(golden("weights/"s + name).string());
    std::string entries;
    for (const auto& [entry, about] : archive.entries()) {
      const std::string content = text_of(archive.read(entry));
      if (entry.ends_with("data.pkl")) seed("pickle", name, content);
      if (entry.ends_with(".py")) {
        seed("torch_script_code", name + "_"s + fs::path(entry).stem().string(),
             "Net\n" + content.substr(0, 1000));
      }
      if (content.size() > 4096) continue;
      entries += natural(entry.size(), 1) + entry + natural(content.size(), 2) + content;
    }
    seed("torch_archive", name, entries);
  }
  seed("torch_script_code", "sum",
       "Sum\nclass Sum(Module):\n  x = ops.quantized.add(a, b, 0.5, 3)\n");
  test::StoredZip zip;
  zip.add("m/data.pkl", "\x80\x02}.");
  zip.add("m/version", "3\n");
  seed("zip", "empty_state_dict", zip.finish());
  seed("torch_legacy", "tensors", test::read_bytes(golden("weights/tensors_legacy.pth")));
  const std::string header =
      R"({"__metadata__":{"a":"b"},"w":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]},"e":{"dtype":"I64","shape":[0],"data_offsets":[4,4]}})";
  seed("safetensors", "two", natural(header.size(), 8) + header + "\x00\x3c\x00\xc0"s);
}

void masks() {
  seed("rle_text", "corner", natural(2, 2) + natural(3, 2) + to_text({2, 3, {2, 1, 1, 2}}));
  const double ring[] = {10, 10, 90, 20, 70.5, 80, 15, 60};
  seed("rle_text", "polygon",
       natural(100, 2) + natural(100, 2) + to_text(rasterise(ring, 100, 100)));
  seed("rle_text", "large",
       natural(65535, 2) + natural(65535, 2) + to_text({65535, 65535, {4294836225U}}));
  std::string coordinates;
  for (const double c : ring) coordinates += natural(static_cast<std::uint64_t>(c * 4), 2);
  seed("polygon", "one_ring", natural(100, 1) + natural(100, 1) + natural(0, 1) + coordinates);
  seed("polygon", "two_rings",
       natural(60, 1) + natural(90, 1) + natural(8, 1) + coordinates + coordinates);
  std::string doubles;
  for (const double c : ring) doubles.append(reinterpret_cast<const char*>(&c), sizeof c);
  seed("polygon", "doubles", natural(100, 1) + natural(100, 1) + natural(0x88, 1) + doubles);
}

void json() {
  const std::string truth =
      R"({"info":{"year":2020},"licenses":[],"images":[{"id":1,"file_name":"a/b.jpg","height":20,"width":30,"license":3},
{"id":2,"file_name":"c.png","height":8,"width":8}],"annotations":[
{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3.5,4],"area":14,"iscrowd":0,"segmentation":[[1,2,4.5,2,4.5,6,1,6]],"keypoints":[1,1,2],"num_keypoints":1},
{"id":2,"image_id":1,"category_id":7,"bbox":[0,0,2,1],"area":1e1,"iscrowd":1,"segmentation":{"size":[20,30],"counts":[0,20,580]}},
{"id":3,"image_id":2,"category_id":1,"bbox":[0,0,8,8],"area":64,"iscrowd":0,"segmentation":{"size":[8,8],"counts":"0P2"}}],
"categories":[{"id":1,"name":"a","supercategory":"s","keypoints":["nose"]},{"id":7,"name":"b\u00e9"}]})";
  seed("coco", "all_kinds", truth);
  seed("coco_truth", "all_kinds", truth);
  seed(
      "coco_results", "boxes",
      R"([{"image_id":1,"category_id":1,"bbox":[1,2,3.5,4],"score":0.5},{"image_id":2,"category_id":7,"bbox":[0,0,1,1],"score":1e-3}])");
  seed(
      "coco_results", "masks",
      R"([{"image_id":2,"category_id":1,"segmentation":{"size":[8,8],"counts":"0P2"},"score":0.5},{"image_id":1,"category_id":7,"segmentation":[[1,2,4.5,2,4.5,6,1,6]],"score":0.25}])");
  seed("coco_results", "keypoints",
       R"([{"image_id":1,"category_id":1,"keypoints":[1,1,2,5,5,1],"score":0.5}])");
  seed(
      "json", "values",
      R"([1, -2.5e3, {"a": [true, null, "\u00e9\ud83d\ude00"], "b": 9007199254740993, "c": 4.9e-324}])");
}

void texts() {
  for (const char* name : {"tiny_mask_rcnn", "tiny_fcn8s", "fast_rcnn_vgg16", "d2go_faster_rcnn"}) {
    seed("config", name,
         test::read_bytes(fs::path(ROIFLOW_SOURCE_DIR) / "configs" / (name + ".ini"s)));
  }
  seed("config", "shortest", "[model]\nname = m\nkind = faster_rcnn\nclasses = 91\n");
  seed("options", "all",
       "# a comment\nflag = true\ncount = 3\nscore = 0.25\nname = a b\nlist = 1\nlist = 2\n");
  seed("voc_xml", "annotation",
       "<annotation>\n\t<folder>VOC</folder>\n\t<filename>2007_000001.jpg</"
       "filename>\n\t<source><database>The "
       "VOC</database></source>\n\t<size><width>30</width><height>20</height><depth>3</depth></"
       "size>\n\t<segmented>"
       "0</segmented>\n\t<object><name>dog</name><pose>Left</pose><truncated>1</"
       "truncated><difficult>1</difficult>"
       "<bndbox><xmin>3</xmin><ymin>2</ymin><xmax>12</xmax><ymax>9</ymax></"
       "bndbox><part><name>head</name><bndbox>"
       "<xmin>3</xmin><ymin>2</ymin><xmax>5.5</xmax><ymax>4</ymax></bndbox></part></object></"
       "annotation>\n");
  seed("voc_xml", "odd",
       "<?xml version='1.0' encoding='ISO-8859-1'?><annotation a='1'><!-- \xe9 "
       "--><x>&lt;&#65;</x><![CDATA[<]]></annotation>");
}

void images() {
  Image image{6, 9, {}};
  LabelMap map{6, 9, {}};
  for (int i = 0; i < 6 * 9; ++i) {
    for (int channel = 0; channel < 3; ++channel) {
      image.rgb.push_back(static_cast<std::uint8_t>(i * (channel + 3)));
    }
    map.labels.push_back(static_cast<std::uint8_t>(i / 9));
  }
  seed("image", "photo.jpg", text_of(encode_jpeg(image, 92)));
  seed("image", "photo.png", text_of(encode_png(image)));
  seed("image", "labels.png", text_of(encode_png(map)));
  for (const char* name : {"progressive_420.jpg", "cmyk.jpg", "orientation_6.jpg",
                           "interlaced_1.png", "palette_2.png", "gray_alpha.png"}) {
    seed("image", name, test::read_bytes(golden("decode/"s + name)));
  }
  // One directory of two entries: image width, and orientation 6.
  seed(
      "exif", "little_endian",
      "II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x09\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"s);
  seed("exif", "big_endian", "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"s);
}

void journal() {
  const JournalEntry entries[] = {
      {0, 100,
       std::vector<Detection>{{{1, 2, 3, 4}, 0.5F, 7, Rle{3, 4, {0, 5, 7}}},
                              {{0, 0, 1, 1}, 0.25F, 1, {}}}},
      {1, 101, Failure{ErrorCode::bad_data, "decode", "an image that is none"}},
      {2, 102, LabelMapBytes{{1, 2, 3}}}};
  std::string records;
  for (const JournalEntry& entry : entries) {
    const std::string payload = encode_entry(entry);
    records += natural(payload.size(), 2) + payload;
  }
  seed("journal", "records", "\x01\x00\x00"s + records);
  seed("journal", "cut", "\x01\x09\x00"s + records);
  const std::string identity = encode_identity(R"({"weights":"x"})"),
                    payload = encode_entry(entries[1]);
  seed("journal", "file",
       "\0"s + std::string(journal_magic) + record_head(identity) + identity +
           record_head(payload) + payload);
}

/// The files themselves are made by the targets; an input only says what to change in one.
void hdf5() {
  for (int file = 0; file < 6; ++file) {
    const std::string number = std::to_string(file);
    seed("hdf5_file", "whole_" + number, natural(static_cast<std::uint64_t>(file), 1));
    seed("hdf5_columns", "whole_" + number, natural(static_cast<std::uint64_t>(file), 1));
    seed("hdf5_file", "changed_" + number,
         natural(static_cast<std::uint64_t>(file), 1) +
             "\x02\x00\x03\x02\xff\xff\x00\x10\x07\x01\x80"s);
    seed("hdf5_columns", "value_" + number,
         natural(static_cast<std::uint64_t>(file), 1) +
             "\x02\x00\x01\x00\xff\xff\xff\xff\xff\xff\xff\x7f"s);
    seed("hdf5_columns", "length_" + number,
         natural(static_cast<std::uint64_t>(file), 1) + "\x01\x01\x05\x00"s);
    seed("hdf5_columns", "type_" + number,
         natural(static_cast<std::uint64_t>(file), 1) + "\x03\x02\x05\x00"s);
    seed("hdf5_columns", "gone_" + number,
         natural(static_cast<std::uint64_t>(file), 1) + "\x04\x03\x00\x00"s);
  }
  seed("hdf5_file", "cut", "\x00\x00\x10\x00\x00"s);
}

}  // namespace

int main(int count, char** arguments) {
  root = count > 1 ? arguments[1] : ROIFLOW_SOURCE_DIR "/tests/fuzz";
  weights();
  masks();
  json();
  texts();
  images();
  journal();
  hdf5();
  return 0;
}
