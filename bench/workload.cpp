// The list of workloads and the families that they belong to.
#include "workload.hpp"

namespace bench {
namespace {

const family layer_norm{"LN", "layer_norm", "infer", scope::row, true, 1e-5, {role::x}, {role::y}};
const family rms_norm{"RMS", "rms_norm", "infer", scope::row, false, 1e-6, {role::x}, {role::y}};
const family add_rms_norm{"residual + RMS",          "add_rms_norm",      "infer", scope::row, false, 1e-6,
                          {role::x, role::residual}, {role::y, role::sum}};
const family batch_norm{"BN train", "batch_norm", "train", scope::channel, true, 1e-5, {role::x}, {role::y}};
const family instance_norm{"IN", "instance_norm", "infer", scope::instance, true, 1e-5, {role::x}, {role::y}};
const family group_norm{"GN", "group_norm", "infer", scope::group, true, 1e-5, {role::x}, {role::y}};

// Backward: from dy, x and the statistics that training saved.
family backward(const char* label, const char* layer, scope over, bool centered, double eps) {
  return {label, layer, "backward", over, centered, eps, {role::dy, role::x}, {role::dx}};
}
const family layer_norm_backward = backward("LN backward", "layer_norm", scope::row, true, 1e-5);
const family rms_norm_backward = backward("RMS backward", "rms_norm", scope::row, false, 1e-6);
const family batch_norm_backward = backward("BN backward", "batch_norm", scope::channel, true, 1e-5);
const family instance_norm_backward = backward("IN backward", "instance_norm", scope::instance, true, 1e-5);
const family group_norm_backward = backward("GN backward", "group_norm", scope::group, true, 1e-5);

shape rows(std::size_t n, std::size_t c) { return {.n = n, .c = c}; }

shape images(std::size_t n, std::size_t c, std::size_t h, std::size_t w, std::size_t g = 1) {
  return {.n = n, .c = c, .h = h, .w = w, .g = g};
}

}  // namespace

std::size_t shape::extent(std::string_view name) const {
  if (name == "N" || name == "T") return n;
  if (name == "C") return c;
  if (name == "H") return h;
  if (name == "W") return w;
  if (name == "G") return g;
  return 0;
}

std::string workload::name() const {
  std::string text = of->label;
  if (!order.empty()) text += " " + order;
  text += " " + std::to_string(size.n) + "x" + std::to_string(size.c);
  if (size.pixels() > 1) text += "x" + std::to_string(size.h) + "x" + std::to_string(size.w);
  if (size.g > 1) text += " G=" + std::to_string(size.g);
  return text;
}

std::size_t workload::scopes() const {
  switch (of->over) {
    case scope::row: return size.n;
    case scope::channel: return size.c;
    case scope::instance: return size.n * size.c;
    case scope::group: return size.n * size.g;
  }
  return 0;
}

std::vector<workload> all_workloads() {
  const shape resnet = images(32, 256, 56, 56);
  const shape diffusion = images(2, 320, 64, 64, 32);
  std::vector<workload> list;
  for (element type : {element::f32, element::bf16}) {
    const bool f32 = type == element::f32;
    for (const family* of : {&layer_norm, &rms_norm}) {
      for (const shape& size : {rows(1, 4096), rows(512, 768), rows(2048, 4096), rows(512, 8192)}) {
        const bool quick = f32 ? size.c != 8192 : of == &rms_norm && size.n == 2048;
        list.push_back({of, size, type, "", quick});
      }
    }
    for (const family* of : {&layer_norm, &rms_norm}) list.push_back({of, rows(256, 128), type, "", false});
    list.push_back({&add_rms_norm, rows(2048, 4096), type, "", f32});
    list.push_back({&batch_norm, resnet, type, "NCHW", f32});
    list.push_back({&batch_norm, resnet, type, "NHWC", false});
    list.push_back({&group_norm, diffusion, type, "NCHW", f32});
    list.push_back({&group_norm, diffusion, type, "NHWC", false});
    list.push_back({&instance_norm, images(8, 64, 128, 128), type, "NCHW", false});
    for (const family* of : {&layer_norm_backward, &rms_norm_backward})
      for (const shape& size : {rows(2048, 4096), rows(512, 768)}) list.push_back({of, size, type, "", f32 && size.c == 4096});
    list.push_back({&batch_norm_backward, resnet, type, "NCHW", f32});
    list.push_back({&batch_norm_backward, resnet, type, "NHWC", false});
    list.push_back({&group_norm_backward, diffusion, type, "NCHW", f32});
    list.push_back({&group_norm_backward, diffusion, type, "NHWC", false});
    list.push_back({&instance_norm_backward, images(8, 64, 128, 128), type, "NCHW", false});
  }
  return list;
}

}  // namespace bench
