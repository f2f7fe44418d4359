/// Changes to HDF5 files that our own writers cannot make, through the library's C interface.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <hdf5.h>

namespace roiflow::test {

/// An id that is closed at the end of the program's part that needs it; negative ids throw.
class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {
    if (id < 0) throw std::runtime_error("the test cannot make its HDF5 file");
  }
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  ~Id() { close_(id_); }
  operator hid_t() const { return id_; }  // NOLINT: as the C functions take it

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// Copies `from` to `to` and calls `change(file)` on the copy, open for writing.
template <class Change>
void edit_copy(const std::filesystem::path& from, const std::filesystem::path& to,
               Change&& change) {
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  const Id file(H5Fopen(to.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), &H5Fclose);
  change(static_cast<hid_t>(file));
}

inline Id creation_list() {
  return {H5Pcreate(H5P_DATASET_CREATE), &H5Pclose};
}

/// What a data set is made of; the file's type is `type`, memory has uint8, unless said otherwise.
struct NewDataset {
  std::vector<hsize_t> shape;
  hid_t type = H5T_STD_U8LE;
  hid_t properties = H5P_DEFAULT;
};

/// Instead of whatever has this name now; no data are written.
inline void replace(hid_t file, const std::string& name, const NewDataset& what) {
  if (H5Lexists(file, name.c_str(), H5P_DEFAULT) > 0) H5Ldelete(file, name.c_str(), H5P_DEFAULT);
  const Id space(H5Screate_simple(static_cast<int>(what.shape.size()), what.shape.data(), nullptr),
                 &H5Sclose);
  const Id made(
      H5Dcreate2(file, name.c_str(), what.type, space, H5P_DEFAULT, what.properties, H5P_DEFAULT),
      &H5Dclose);
}

inline void write_all(hid_t file, const std::string& name, hid_t memory_type, const void* values) {
  const Id data(H5Dopen2(file, name.c_str(), H5P_DEFAULT), &H5Dclose);
  if (H5Dwrite(data, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
    throw std::runtime_error("the test cannot write " + name);
  }
}

/// The same with values.
inline void replace(hid_t file, const std::string& name, const NewDataset& what, hid_t memory_type,
                    const void* values) {
  replace(file, name, what);
  write_all(file, name, memory_type, values);
}

/// Sets one element of a column of 64-bit integers.
inline void set_element(hid_t file, const std::string& name, std::size_t row, std::int64_t value) {
  const Id data(H5Dopen2(file, name.c_str(), H5P_DEFAULT), &H5Dclose);
  const Id space(H5Dget_space(data), &H5Sclose);
  std::vector<std::int64_t> all(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  H5Dread(data, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
  all.at(row) = value;
  H5Dwrite(data, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
}

/// The same for a column of doubles; `element` counts all.
inline void set_number(hid_t file, const std::string& name, std::size_t element, double value) {
  const Id data(H5Dopen2(file, name.c_str(), H5P_DEFAULT), &H5Dclose);
  const Id space(H5Dget_space(data), &H5Sclose);
  std::vector<double> all(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
  all.at(element) = value;
  H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
}

}  // namespace roiflow::test
