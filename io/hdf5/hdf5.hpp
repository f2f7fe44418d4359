/// HDF5 without tears: owners for the library's handles, typed rows, attributes, checked calls.
///
/// The library (as Debian builds it) may not be entered by two threads, not even for two files.
/// Everything in this header takes one process-wide lock on its own; hold a `Lock` around several
/// calls that belong together. Handles may be passed between threads.
///
/// Safety: no plugins are loaded; only hard links are followed; data sets whose bytes lie in
/// another file (external storage, virtual data sets), that use unknown filters or claim more
/// elements than the file can hold are refused (storage_rules.hpp). Before a file is opened, a
/// child process has walked through it, so that damage which crashes the library is an error like
/// any other (hdf5_probe.hpp). Files are closed with everything in them.
///
/// Errors: Error{no_input} for a missing file, {bad_data} for a damaged file or an unexpected type
/// or shape, {busy} if another process writes it, {cannot_create}, {io} when writing fails. Texts
/// name file and object and quote the library's own reason.
///
/// Example: File file = create_file("a.h5");
///          Dataset ids = file.root().create_rows<std::int64_t>("id", 0, 1024);
///          ids.append<std::int64_t>(std::array<std::int64_t, 2>{7, 9});      // h5py: f["id"][:]
///          open_file("a.h5").root().dataset("id").read<std::int64_t>(1, 1);  // {9}
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "io/hdf5/hdf5_types.hpp"

namespace roiflow::hdf5 {

using Shape = std::vector<std::int64_t>;
using AttributeValue = std::variant<std::int64_t, double, std::string>;

/// A group or data set: a place with attributes. `location()` is "file.h5: /images/id".
class Object {
 public:
  [[nodiscard]] const std::string& location() const { return location_; }
  [[nodiscard]] std::uint64_t address() const;  ///< in its file: two names of one object agree
  [[nodiscard]] std::vector<std::string> attribute_names() const;  ///< sorted
  [[nodiscard]] bool has_attribute(const std::string& name) const;
  [[nodiscard]] AttributeValue attribute(const std::string& name) const;
  [[nodiscard]] std::string text_attribute(const std::string& name) const;
  [[nodiscard]] std::int64_t integer_attribute(const std::string& name) const;
  /// Text is stored as a variable-length UTF-8 string (h5py: str), numbers as int64 and float64.
  void set_attribute(const std::string& name, const AttributeValue& value);

 protected:
  Object(Handle handle, std::string location)
      : handle_(std::move(handle)), location_(std::move(location)) {}
  Handle handle_;
  std::string location_;
};

class Dataset : public Object {
 public:
  Dataset(Handle handle, std::string location);
  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::int64_t rows() const { return shape_.empty() ? 1 : shape_[0]; }
  [[nodiscard]] Type type() const { return type_; }
  /// Looks up every chunk, and reads what is compressed. Error{bad_data} for the first that is
  /// missing, of another length, or damaged.
  void examine() const;

  /// Rows [first, first + count), row-major. The stored type must be T; float also takes float16.
  template <class T>
  [[nodiscard]] std::vector<T> read(std::int64_t first, std::int64_t count) const {
    std::vector<T> values(checked_elements(first, count, type_of<T>));
    read_raw(values.data(), first, count, type_of<T>);
    return values;
  }
  /// The same into memory of the caller, which holds exactly these rows.
  template <class T>
  void read_into(std::span<T> out, std::int64_t first, std::int64_t count) const {
    require_size(out.size(), checked_elements(first, count, type_of<T>));
    read_raw(out.data(), first, count, type_of<T>);
  }
  template <class T>
  [[nodiscard]] std::vector<T> read() const {
    return read<T>(0, rows());
  }
  /// Adds whole rows at the end of a data set made by create_rows.
  template <class T>
  void append(std::span<const T> values) {
    append_raw(values.data(), values.size(), type_of<T>);
  }

 private:
  [[nodiscard]] std::size_t checked_elements(std::int64_t first, std::int64_t count, Type t) const;
  void require_size(std::size_t found, std::size_t expected) const;
  void read_raw(void* out, std::int64_t first, std::int64_t count, Type type) const;
  void append_raw(const void* values, std::size_t elements, Type type);
  Type type_ = Type::uint8;
  Shape shape_;
};

class Group : public Object {
 public:
  Group(Handle handle, std::string location) : Object(std::move(handle), std::move(location)) {}
  [[nodiscard]] std::vector<std::string> children() const;  ///< sorted by name
  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] bool is_group(const std::string& name) const;
  [[nodiscard]] Group group(const std::string& name) const;
  [[nodiscard]] Dataset dataset(const std::string& name) const;
  Group create_group(const std::string& name);
  /// Appendable rows, chunked with a Fletcher32 checksum: shape [n] (width 0) or [n, width].
  template <class T>
  Dataset create_rows(const std::string& name, std::int64_t width, std::int64_t chunk_rows) {
    return create_rows_raw(name, width, chunk_rows, type_of<T>);
  }
  /// A complete array of any rank, one chunk per ~1 MiB, with checksum.
  template <class T>
  Dataset create_array(const std::string& name, const Shape& shape, std::span<const T> values) {
    return create_array_raw(name, shape, values.data(), values.size(), type_of<T>);
  }

 private:
  Dataset create_rows_raw(const std::string&, std::int64_t width, std::int64_t chunk, Type type);
  Dataset create_array_raw(const std::string&, const Shape&, const void*, std::size_t, Type type);
};

class File {
 public:
  File(Handle handle, std::string path) : handle_(std::move(handle)), path_(std::move(path)) {}
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Group root() const;
  /// Writes everything out and closes; Error{io} if that fails. Groups and data sets of the file
  /// must not be used afterwards.
  void close();

 private:
  Handle handle_;
  std::string path_;
};

File open_file(const std::filesystem::path& path);    ///< for reading
File create_file(const std::filesystem::path& path);  ///< replaces what is there

std::string library_version();  ///< of the loaded library, e.g. "1.10.8"

}  // namespace roiflow::hdf5
