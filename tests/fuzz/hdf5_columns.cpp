// A sound HDF5 file with wrong content: columns whose values, lengths or types were changed, or
// that are gone. (A change of a file's bytes would only meet HDF5's own check sums.)
//
// Input: [1 byte: which file, of hdf5_files.hpp] edits: [1 byte: column] [1 byte: what] [2 bytes:
// where] and for what % 4: 0: the element there becomes what the next bytes say; 1: the column gets
// `where` rows; 2: another element type; 3: the column is left out.
#include <map>

#include "io/hdf5/hdf5.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/hdf5_files.hpp"
#include "tests/support/scratch.hpp"

using namespace roiflow;

namespace {

struct Column {
  std::string group, name;  // "/images", "id"
  hdf5::Type type = hdf5::Type::uint8;
  hdf5::Shape shape;
  std::string bytes;
};

using Attributes = std::vector<std::pair<std::string, hdf5::AttributeValue>>;

struct Content {
  std::vector<std::pair<std::string, Attributes>> groups;  // parents first
  std::vector<Column> columns;
};

/// Calls use.operator()<T>() with the type's T.
template <class Use>
auto with_type(hdf5::Type type, Use use) {
  using enum hdf5::Type;
  switch (type) {
    case uint8:
      return use.template operator()<std::uint8_t>();
    case int32:
      return use.template operator()<std::int32_t>();
    case int64:
      return use.template operator()<std::int64_t>();
    case uint32:
      return use.template operator()<std::uint32_t>();
    case uint64:
      return use.template operator()<std::uint64_t>();
    case float16:
      return use.template operator()<hdf5::Half>();
    case float32:
      return use.template operator()<float>();
    case float64:
      break;
  }
  return use.template operator()<double>();
}

std::size_t width(hdf5::Type type) {
  return with_type(type, []<class T>() { return sizeof(T); });
}

Column column_of(const hdf5::Dataset& dataset, std::string group, std::string name) {
  Column column{std::move(group), std::move(name), dataset.type(), dataset.shape(), {}};
  with_type(column.type, [&]<class T>() {
    const auto values = dataset.read<T>();
    column.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  });
  return column;
}

void collect(const hdf5::Group& group, const std::string& path, Content& content) {
  Attributes attributes;
  for (const std::string& name : group.attribute_names()) {
    attributes.emplace_back(name, group.attribute(name));
  }
  content.groups.emplace_back(path, std::move(attributes));
  for (const std::string& name : group.children()) {
    if (group.is_group(name)) {
      collect(group.group(name), path + "/" + name, content);
    } else {
      content.columns.push_back(column_of(group.dataset(name), path, name));
    }
  }
}

std::int64_t elements(const hdf5::Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

void edit(std::vector<Column>& columns, fuzz::Input input) {
  while (!input.empty() && !columns.empty()) {
    const std::size_t index = input.number<std::uint8_t>() % columns.size();
    const auto what = input.number<std::uint8_t>();
    const auto where = input.number<std::uint16_t>();
    Column& column = columns[index];
    const std::size_t each = width(column.type);
    if (what % 4 == 0 && !column.bytes.empty()) {
      const auto value = input.take(each);
      const std::size_t at = where % (column.bytes.size() / each) * each;
      column.bytes.replace(at, value.size(), fuzz::as_text(value));
    } else if (what % 4 == 1 && !column.shape.empty()) {
      column.shape[0] = where % 4096;
      column.bytes.resize(static_cast<std::size_t>(elements(column.shape)) * each, '\1');
    } else if (what % 4 == 2) {
      column.type = static_cast<hdf5::Type>(where % 8);
      column.bytes.resize(static_cast<std::size_t>(elements(column.shape)) * width(column.type));
    } else if (what % 4 == 3) {
      columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(index));
    }
  }
}

void write(const std::filesystem::path& path, const Content& content,
           const std::vector<Column>& columns) {
  hdf5::File file = hdf5::create_file(path);
  {
    std::map<std::string, hdf5::Group> groups;
    for (const auto& [name, attributes] : content.groups) {
      const std::size_t slash = name.rfind('/');
      hdf5::Group group =
          slash == std::string::npos
              ? file.root()
              : groups.at(name.substr(0, slash)).create_group(name.substr(slash + 1));
      for (const auto& [key, value] : attributes) group.set_attribute(key, value);
      groups.emplace(name, std::move(group));
    }
    for (const Column& column : columns) {
      with_type(column.type, [&]<class T>() {
        std::vector<T> values(column.bytes.size() / sizeof(T));
        if (!values.empty()) std::memcpy(values.data(), column.bytes.data(), column.bytes.size());
        groups.at(column.group).create_array<T>(column.name, column.shape, values);
      });
    }
  }
  file.close();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const test::Scratch scratch("fuzz_hdf5_columns");
  static const std::vector<Content> contents = [] {
    std::vector<Content> read;
    for (const auto& path : fuzz::make_hdf5_files(scratch.path())) {
      const hdf5::File file = hdf5::open_file(path);
      collect(file.root(), "", read.emplace_back());
    }
    return read;
  }();
  fuzz::Input input({data, size});
  const Content& content = contents[input.number<std::uint8_t>() % contents.size()];
  std::vector<Column> columns = content.columns;
  edit(columns, input);
  const auto path = scratch / "changed.h5";
  write(path, content, columns);
  fuzz::read_hdf5_file(path);
  return 0;
}
