// Reads images and labels from .npy files, versions 1 to 3, little-endian, C order (images.hpp). Another element type
// is one line in `read`.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "images.hpp"

namespace {

struct array {
  std::vector<std::size_t> shape;
  std::vector<float> values;
};

template <class T>
void convert(const char* bytes, std::vector<float>& out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
    out[i] = static_cast<float>(value);
  }
}

// The text behind 'key': in the header, which is a Python dictionary.
std::string entry(const std::string& path, const std::string& header, const std::string& key) {
  const std::size_t at = header.find("'" + key + "':");
  if (at == std::string::npos) throw std::runtime_error(path + ": the header has no " + key + ".");
  return header.substr(header.find_first_not_of(' ', at + key.size() + 3));
}

array read(const std::string& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be opened.");
  char start[8] = {};
  file.read(start, 8);
  if (std::memcmp(start, "\x93NUMPY", 6) != 0) throw std::runtime_error(path + " is not a .npy file.");
  unsigned char length_bytes[4] = {};
  file.read(reinterpret_cast<char*>(length_bytes), start[6] == 1 ? 2 : 4);
  std::string header(length_bytes[0] + 256U * (length_bytes[1] + 256U * (length_bytes[2] + 256U * length_bytes[3])),
                     ' ');
  file.read(header.data(), static_cast<std::streamsize>(header.size()));

  const std::string type = entry(path, header, "descr").substr(1, 3);
  if (entry(path, header, "fortran_order").substr(0, 5) != "False")
    throw std::runtime_error(path + " is in Fortran order. Save it with numpy.ascontiguousarray.");
  array out;
  const std::string extents = entry(path, header, "shape");
  for (std::size_t i = 1; i < extents.size() && extents[i] != ')'; ++i) {
    if (extents[i] < '0' || extents[i] > '9') continue;
    std::size_t used = 0;
    out.shape.push_back(std::stoul(extents.substr(i), &used));
    i += used - 1;
  }
  if (out.shape.empty()) throw std::runtime_error(path + " has no axis.");
  out.shape[0] = std::min(out.shape[0], most);

  std::size_t count = 1;
  for (const std::size_t extent : out.shape) count *= extent;
  out.values.resize(count);
  using reader = void (*)(const char*, std::vector<float>&);
  const struct {
    const char* type;
    std::size_t size;
    reader convert;
  } readers[] = {{"|u1", 1, convert<std::uint8_t>}, {"<i2", 2, convert<std::int16_t>},
                 {"<i4", 4, convert<std::int32_t>}, {"<i8", 8, convert<std::int64_t>},
                 {"<f4", 4, convert<float>},        {"<f8", 8, convert<double>}};
  for (const auto& each : readers) {
    if (type != each.type) continue;
    std::vector<char> bytes(count * each.size);
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file) throw std::runtime_error(path + " is shorter than its header says.");
    each.convert(bytes.data(), out.values);
    return out;
  }
  throw std::runtime_error(path + " has elements of type " + type + ", not u1, i2, i4, i8, f4 or f8.");
}

}  // namespace

dataset read_npy(const std::string& images, const std::string& labels, std::size_t count) {
  array pixels = read(images, count), names = read(labels, count);
  if (pixels.shape.size() == 3) pixels.shape.insert(pixels.shape.begin() + 1, 1);
  if (pixels.shape.size() != 4) throw std::runtime_error(images + " is not [N, H, W] or [N, C, H, W].");
  if (names.shape != std::vector<std::size_t>{pixels.shape[0]})
    throw std::runtime_error(labels + " is not [N] with a label for each image of " + images + ".");
  double sum = 0, squares = 0;
  const auto values = static_cast<double>(pixels.values.size());
  for (const float each : pixels.values) sum += each;
  for (const float each : pixels.values) squares += (each - sum / values) * (each - sum / values);
  const double mean = sum / values, deviation = std::sqrt(squares / values);
  if (!(deviation > 0)) throw std::runtime_error(images + " holds one and the same value, or none.");

  dataset out{tensor({pixels.shape[0], pixels.shape[1], pixels.shape[2], pixels.shape[3]}), {}, 0};
  std::transform(pixels.values.begin(), pixels.values.end(), out.images.values.begin(),
                 [&](float each) { return static_cast<float>((each - mean) / deviation); });
  for (const float each : names.values) {
    if (!(each >= 0 && each < 10000)) throw std::runtime_error(labels + " has a label that is not 0, 1, 2, ...");
    out.labels.push_back(static_cast<std::size_t>(each));
    out.classes = std::max(out.classes, out.labels.back() + 1);
  }
  return out;
}
