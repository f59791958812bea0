// The list of workloads and the families that they belong to.
#include "workload.hpp"

#include <algorithm>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

const family layer_norm{"LN", "layer_norm", "infer", scope::row, true, 1e-5, {role::x}, {role::y}};
const family rms_norm{"RMS", "rms_norm", "infer", scope::row, false, 1e-6, {role::x}, {role::y}};
const family p_rms_norm{"pRMS 6.25%", "p_rms_norm", "infer", scope::row, false, 1e-6, {role::x}, {role::y}, 6.25};
const family add_rms_norm{"residual + RMS",          "add_rms_norm",      "infer", scope::row, false, 1e-6,
                          {role::x, role::residual}, {role::y, role::sum}};
const family add_layer_norm{"residual + LN",           "add_layer_norm",    "infer", scope::row, true, 1e-5,
                            {role::x, role::residual}, {role::y, role::sum}};
const family batch_norm_infer{"BN inference", "batch_norm", "infer", scope::channel, true, 1e-5, {role::x}, {role::y}};
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

// Each family once, as workload_named() knows them.
const family* const families[] = {&layer_norm,
                                  &rms_norm,
                                  &p_rms_norm,
                                  &add_rms_norm,
                                  &add_layer_norm,
                                  &batch_norm_infer,
                                  &batch_norm,
                                  &instance_norm,
                                  &group_norm,
                                  &layer_norm_backward,
                                  &rms_norm_backward,
                                  &batch_norm_backward,
                                  &instance_norm_backward,
                                  &group_norm_backward};

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
  std::ostringstream text;
  text << of->label;
  if (!order.empty()) text << " " << order;
  text << " " << size.n << "x" << size.c;
  if (size.pixels() > 1) text << "x" << size.h << "x" << size.w;
  if (size.g > 1) text << " G=" << size.g;
  return text.str();
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
  const shape resnet = images(32, 256, 56, 56), early = images(32, 64, 112, 112), late = images(32, 2048, 7, 7);
  const shape diffusion = images(2, 320, 64, 64, 32), styles = images(8, 64, 128, 128);
  const shape wide = rows(2048, 4096), bert = rows(512, 768);
  std::vector<workload> list;
  const auto add = [&list](const family& of, const shape& size, const char* order, bool quick) {
    for (element type : {element::f32, element::bf16})
      list.push_back({&of, size, type, order, quick && type == element::f32});
  };
  for (const family* of : {&layer_norm, &rms_norm}) {
    for (const shape& size : {rows(1, 4096), bert, wide}) add(*of, size, "", true);
    for (const shape& size : {rows(32, 4096), rows(512, 8192), rows(8192, 256), rows(131072, 128), rows(16384, 4096)})
      add(*of, size, "", false);
  }
  for (const shape& size : {rows(1, 4096), wide}) add(p_rms_norm, size, "", size.n > 1);
  for (const family* of : {&add_rms_norm, &add_layer_norm}) {
    for (const shape& size : {bert, wide}) add(*of, size, "", size.n == wide.n);
  }
  for (const char* order : {"NCHW", "NHWC"}) {
    const bool quick = order == std::string_view("NCHW");
    add(batch_norm_infer, resnet, order, quick);
    for (const shape& size : {resnet, early, late}) add(batch_norm, size, order, size.c == resnet.c);
    for (const shape& size :
         {diffusion, images(2, 320, 96, 96, 32), images(2, 640, 32, 32, 32), images(1, 512, 128, 128, 32)})
      add(group_norm, size, order, size.h == diffusion.h);
    add(instance_norm, styles, order, quick);
  }
  for (const family* of : {&layer_norm_backward, &rms_norm_backward}) {
    for (const shape& size : {bert, wide}) add(*of, size, "", of == &layer_norm_backward && size.n == wide.n);
  }
  for (const char* order : {"NCHW", "NHWC"}) {
    add(batch_norm_backward, resnet, order, order == std::string_view("NCHW"));
    add(group_norm_backward, diffusion, order, false);
    add(instance_norm_backward, styles, order, false);
  }
  for (workload& work : list) {  // what 16 bits change, in rows and in images
    if (work.type == element::bf16 &&
        ((work.of == &rms_norm && work.size.n == wide.n) || (work.of == &group_norm && work.size.h == 64)))
      work.quick = !work.channels_last();
  }
  return list;
}

workload workload_named(const std::string& text) {
  const auto refuse = [&text](const std::string& why) {
    return std::runtime_error(
        "the workload \"" + text + "\" " + why +
        "; expected what --list prints, of any size: \"LN 300x1000\" or \"GN NHWC 2x96x40x40 G=8 bf16\"");
  };
  static const std::regex form(
      R"((.+?)(?: (NCHW|NHWC))? (\d{1,12})x(\d{1,12})(?:x(\d{1,6})x(\d{1,6}))?(?: G=(\d{1,6}))?(?: (f32|bf16))?)");
  std::smatch part;
  if (!std::regex_match(text, part, form)) throw refuse("has no form that is known");
  const auto of =
      std::find_if(std::begin(families), std::end(families), [&](const family* f) { return part[1] == f->label; });
  if (of == std::end(families)) {
    std::string labels;
    for (const family* f : families) labels += (labels.empty() ? "\"" : ", \"") + std::string(f->label) + '"';
    throw refuse("is of no layer of the benchmark, which are " + labels);
  }
  const auto count = [&part](std::size_t i) {
    return part[i].matched ? static_cast<std::size_t>(std::stoull(part[i])) : 1;
  };
  const shape size = {.n = count(3), .c = count(4), .h = count(5), .w = count(6), .g = count(7)};
  const scope over = (*of)->over;
  if (size.elements() == 0 || size.g == 0) throw refuse("has an extent of 0");
  if (over == scope::row && (part[2].matched || part[5].matched))
    throw refuse("is of rows, which have two extents and no order");
  if (over != scope::row && !part[2].matched) throw refuse("needs an order, NCHW or NHWC");
  if ((over == scope::group) != part[7].matched)
    throw refuse(over == scope::group ? "needs groups, G=32" : "has no groups");
  if (size.c % size.g != 0) throw refuse("has channels that its groups do not divide");
  return {*of, size, part[8] == "bf16" ? element::bf16 : element::f32, part[2], false};
}

workload layer_norm_of(std::size_t n, std::size_t c) { return {&layer_norm, rows(n, c), element::f32, "", false}; }

workload batch_norm_of(std::size_t n, std::size_t c, std::size_t side) {
  return {&batch_norm, images(n, c, side, side), element::f32, "NHWC", false};
}

}  // namespace bench
