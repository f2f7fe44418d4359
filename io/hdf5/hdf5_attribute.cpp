#include <memory>

#include "io/hdf5/hdf5_call.hpp"

namespace roiflow::hdf5 {
namespace {

Handle open_attribute(hid_t object, const std::string& name, const std::string& location) {
  return {check(H5Aopen(object, name.c_str(), H5P_DEFAULT), ErrorCode::bad_data, location,
                fmt::format("open the attribute '{}'", name)),
          &H5Aclose};
}

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), &H5Tclose);
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

std::string read_variable_text(hid_t attribute, hid_t stored, const std::string& location) {
  Handle type(H5Tcopy(H5T_C_S1), &H5Tclose);
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5Tget_cset(stored));
  char* text = nullptr;
  check(H5Aread(attribute, type.get(), static_cast<void*>(&text)), ErrorCode::bad_data, location,
        "read a text attribute");
  const std::unique_ptr<char, void (*)(char*)> owner(text, [](char* p) { H5free_memory(p); });
  return text == nullptr ? std::string() : std::string(text);
}

std::string read_fixed_text(hid_t attribute, hid_t stored, const std::string& location) {
  constexpr std::size_t most_bytes = std::size_t{16} << 20;
  const std::size_t bytes = H5Tget_size(stored);
  require(bytes <= most_bytes, ErrorCode::bad_data,
          "{}: expected a text attribute of at most {} bytes, found {}", location, most_bytes,
          bytes);
  std::string text(bytes, '\0');
  check(H5Aread(attribute, stored, text.data()), ErrorCode::bad_data, location,
        "read a text attribute");
  return text.substr(0, text.find('\0'));
}

template <class T>
T read_number(hid_t attribute, Type type, const std::string& location) {
  T value{};
  const Handle memory = memory_type(type);
  check(H5Aread(attribute, memory.get(), &value), ErrorCode::bad_data, location,
        "read a number attribute");
  return value;
}

herr_t add_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

void write_attribute(hid_t object, const std::string& name, hid_t type, const void* value,
                     const std::string& location) {
  const std::string what = fmt::format("write the attribute '{}'", name);
  const Handle space(check(H5Screate(H5S_SCALAR), ErrorCode::io, location, what), &H5Sclose);
  const Handle attribute(
      check(H5Acreate2(object, name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
            ErrorCode::io, location, what),
      &H5Aclose);
  check(H5Awrite(attribute.get(), type, value), ErrorCode::io, location, what);
}

}  // namespace

std::uint64_t Object::address() const {
  const Lock lock;
  H5O_info_t info{};
  check(H5Oget_info2(handle_.get(), &info, H5O_INFO_BASIC), ErrorCode::bad_data, location_,
        "find its place");
  return info.addr;
}

std::vector<std::string> Object::attribute_names() const {
  const Lock lock;
  std::vector<std::string> names;
  hsize_t position = 0;
  check(H5Aiterate2(handle_.get(), H5_INDEX_NAME, H5_ITER_INC, &position, &add_name, &names),
        ErrorCode::bad_data, location_, "list the attributes");
  return names;
}

bool Object::has_attribute(const std::string& name) const {
  const Lock lock;
  return check(H5Aexists(handle_.get(), name.c_str()), ErrorCode::bad_data, location_,
               "look for an attribute") > 0;
}

AttributeValue Object::attribute(const std::string& name) const {
  const Lock lock;
  require(has_attribute(name), ErrorCode::bad_data, "{}: the attribute '{}' is missing", location_,
          name);
  const Handle attribute = open_attribute(handle_.get(), name, location_);
  const Handle stored(H5Aget_type(attribute.get()), &H5Tclose);
  const Handle space(H5Aget_space(attribute.get()), &H5Sclose);
  require(H5Sget_simple_extent_npoints(space.get()) == 1, ErrorCode::bad_data,
          "{}: expected one value in the attribute '{}', found several", location_, name);
  switch (H5Tget_class(stored.get())) {
    case H5T_STRING:
      return H5Tis_variable_str(stored.get()) > 0
                 ? read_variable_text(attribute.get(), stored.get(), location_)
                 : read_fixed_text(attribute.get(), stored.get(), location_);
    case H5T_INTEGER:
      return read_number<std::int64_t>(attribute.get(), Type::int64, location_);
    case H5T_FLOAT:
      return read_number<double>(attribute.get(), Type::float64, location_);
    default:
      fail(ErrorCode::bad_data, "{}: expected a text or a number in the attribute '{}'", location_,
           name);
  }
}

std::string Object::text_attribute(const std::string& name) const {
  AttributeValue value = attribute(name);
  auto* text = std::get_if<std::string>(&value);
  require(text != nullptr, ErrorCode::bad_data, "{}: expected text in the attribute '{}'",
          location_, name);
  return std::move(*text);
}

std::int64_t Object::integer_attribute(const std::string& name) const {
  const AttributeValue value = attribute(name);
  const auto* number = std::get_if<std::int64_t>(&value);
  require(number != nullptr, ErrorCode::bad_data, "{}: expected an integer in the attribute '{}'",
          location_, name);
  return *number;
}

void Object::set_attribute(const std::string& name, const AttributeValue& value) {
  const Lock lock;
  if (const auto* text = std::get_if<std::string>(&value)) {
    const Handle type = text_type();
    const char* characters = text->c_str();
    write_attribute(handle_.get(), name, type.get(), static_cast<const void*>(&characters),
                    location_);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    write_attribute(handle_.get(), name, H5T_STD_I64LE, integer, location_);
  } else {
    write_attribute(handle_.get(), name, H5T_IEEE_F64LE, &std::get<double>(value), location_);
  }
}

}  // namespace roiflow::hdf5
