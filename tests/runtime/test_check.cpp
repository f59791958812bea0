// status.h and check.h: every limit of every check, from both sides.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "normfold/runtime/check.h"

namespace {

constexpr std::size_t largest = PTRDIFF_MAX;

}  // namespace

TEST_CASE("status: the values are frozen and each has a sentence of its own") {
  CHECK(NORMFOLD_OK == 0);
  CHECK(NORMFOLD_NULL_POINTER == 1);
  CHECK(NORMFOLD_EMPTY_AXIS == 2);
  CHECK(NORMFOLD_NOT_DIVISIBLE == 3);
  CHECK(NORMFOLD_TOO_LARGE == 4);
  CHECK(NORMFOLD_OVERLAP == 5);
  CHECK(NORMFOLD_WORKSPACE == 6);
  CHECK(NORMFOLD_ONE_ELEMENT == 7);
  CHECK(NORMFOLD_BAD_STRIDE == 8);
  CHECK(NORMFOLD_BAD_CONTEXT == 9);
  CHECK(NORMFOLD_NO_DEVICE == 10);
  CHECK(NORMFOLD_BACKEND == 11);
  std::set<std::string> sentences;
  for (int value = 0; value <= 11; ++value) {
    const std::string text = normfold_status_text(static_cast<normfold_status>(value));
    CHECK(text.back() == '.');
    sentences.insert(text);
  }
  CHECK(sentences.size() == 12);
}

TEST_CASE("multiply and add: up to PTRDIFF_MAX, and unchanged beyond") {
  std::size_t total = 1;
  CHECK(normfold_multiply(&total, largest));
  CHECK(total == largest);
  CHECK_FALSE(normfold_multiply(&total, 2));
  CHECK(total == largest);
  CHECK_FALSE(normfold_multiply(&total, SIZE_MAX));
  CHECK(normfold_multiply(&total, 0));
  CHECK(normfold_multiply(&total, SIZE_MAX));
  CHECK(total == 0);
  CHECK(normfold_add(&total, largest));
  CHECK_FALSE(normfold_add(&total, 1));
  CHECK_FALSE(normfold_add(&total, SIZE_MAX));
  CHECK(total == largest);
}

TEST_CASE("tensor_bytes: an empty axis makes the tensor empty, wherever it stands") {
  std::size_t bytes = 7;
  const std::size_t empty[] = {SIZE_MAX, SIZE_MAX, 0};
  CHECK(normfold_tensor_bytes(&bytes, 4, empty, 3));
  CHECK(bytes == 0);
  const std::size_t small[] = {2, 3, 5};
  CHECK(normfold_tensor_bytes(&bytes, 4, small, 3));
  CHECK(bytes == 120);
  CHECK(normfold_tensor_bytes(&bytes, 4, nullptr, 0));
  CHECK(bytes == 4);
  const std::size_t huge[] = {largest / 4 + 1};
  CHECK_FALSE(normfold_tensor_bytes(&bytes, 4, huge, 1));
}

TEST_CASE("divides: no axis falls into zero groups") {
  CHECK(normfold_divides(4, 12));
  CHECK(normfold_divides(4, 0));
  CHECK_FALSE(normfold_divides(5, 12));
  CHECK_FALSE(normfold_divides(0, 12));
  CHECK_FALSE(normfold_divides(0, 0));
}

TEST_CASE("overlap: byte by byte against a picture of it") {
  const std::vector<char> memory(16);
  for (std::size_t a = 0; a < 8; ++a) {
    for (std::size_t b = 0; b < 8; ++b) {
      for (std::size_t bytes_a = 0; bytes_a < 8; ++bytes_a) {
        for (std::size_t bytes_b = 0; bytes_b < 8; ++bytes_b) {
          bool shared = false;
          for (std::size_t i = 0; i < 16; ++i) {
            shared = shared || (i >= a && i < a + bytes_a && i >= b && i < b + bytes_b);
          }
          const char* p = memory.data();
          CHECK(normfold_overlap(p + a, bytes_a, p + b, bytes_b) == shared);
          CHECK(normfold_partial_overlap(p + a, bytes_a, p + b, bytes_b) == (shared && a != b));
        }
      }
    }
  }
}

TEST_CASE("rows_overlap: packed rows, against a picture of every byte") {
  const auto bytes = [](std::ptrdiff_t start, std::size_t row, const std::size_t* extents, const std::size_t* strides) {
    std::set<std::ptrdiff_t> taken;
    for (std::size_t i = 0; i < extents[0]; ++i) {
      for (std::size_t j = 0; j < extents[1]; ++j) {
        for (std::size_t b = 0; b < row; ++b) {
          taken.insert(start + static_cast<std::ptrdiff_t>(i * strides[0] + j * strides[1] + b));
        }
      }
    }
    return taken;
  };
  const std::size_t shapes[][5] = {{3, 2, 2, 11, 5}, {3, 3, 3, 25, 10}, {2, 4, 2, 20, 4}, {1, 3, 1, 7, 3},
                                   {4, 1, 3, 1, 4},  {2, 3, 3, 16, 5},  {4, 2, 2, 9, 4}};
  for (const auto& shape : shapes) {
    const std::size_t row = shape[0];
    const std::size_t* extents = shape + 1;
    const std::size_t* strides = shape + 3;
    const std::set<std::ptrdiff_t> first = bytes(0, row, extents, strides);
    for (std::ptrdiff_t distance = -90; distance <= 90; ++distance) {
      bool shared = false;
      for (const std::ptrdiff_t b : bytes(distance, row, extents, strides)) shared = shared || first.count(b) != 0;
      CAPTURE(distance);
      CHECK(normfold_rows_overlap(distance, row, 2, extents, strides) == shared);
    }
  }
}

TEST_CASE("context: null, an old one, a later one and a bad choice of stores") {
  CHECK(normfold_check_context(nullptr) == NORMFOLD_OK);
  normfold_context context = normfold_default_context();
  CHECK(normfold_check_context(&context) == NORMFOLD_OK);
  context.struct_size = NORMFOLD_CONTEXT_SIZE_1;
  CHECK(normfold_check_context(&context) == NORMFOLD_OK);
  context.struct_size = sizeof(context) + 64;
  CHECK(normfold_check_context(&context) == NORMFOLD_OK);
  context.struct_size = NORMFOLD_CONTEXT_SIZE_1 - 1;
  CHECK(normfold_check_context(&context) == NORMFOLD_BAD_CONTEXT);
  context = normfold_default_context();
  const int bad[] = {3, -1};
  for (const int value : bad) {
    std::memcpy(&context.stores, &value, sizeof(value));
    CHECK(normfold_check_context(&context) == NORMFOLD_BAD_CONTEXT);
  }
}

TEST_CASE("workspace: asked for only where bytes are needed, and then aligned") {
  alignas(NORMFOLD_WORKSPACE_ALIGNMENT) char scratch[256];
  normfold_context context = normfold_default_context();
  CHECK(normfold_check_workspace(nullptr, 0) == NORMFOLD_OK);
  CHECK(normfold_check_workspace(&context, 0) == NORMFOLD_OK);
  CHECK(normfold_check_workspace(nullptr, 1) == NORMFOLD_WORKSPACE);
  CHECK(normfold_check_workspace(&context, 1) == NORMFOLD_WORKSPACE);
  context.workspace = scratch;
  context.workspace_bytes = 128;
  CHECK(normfold_check_workspace(&context, 128) == NORMFOLD_OK);
  CHECK(normfold_check_workspace(&context, 129) == NORMFOLD_WORKSPACE);
  context.workspace = scratch + 4;
  CHECK(normfold_check_workspace(&context, 64) == NORMFOLD_WORKSPACE);
}

TEST_CASE("run: serial where there is no executor, and for a single task") {
  std::vector<std::size_t> order;
  const auto note = [](void* data, std::size_t i) { static_cast<std::vector<std::size_t>*>(data)->push_back(i); };
  normfold_run(nullptr, 3, note, &order);
  CHECK(order == std::vector<std::size_t>{0, 1, 2});

  int handed_over = 0;
  normfold_context context = normfold_default_context();
  context.parallel_state = &handed_over;
  context.parallel_for = [](void* state, std::size_t, void (*)(void*, std::size_t), void*) {
    ++*static_cast<int*>(state);
  };
  normfold_run(&context, 1, note, &order);
  CHECK(handed_over == 0);
  normfold_run(&context, 2, note, &order);
  CHECK(handed_over == 1);
  normfold_run(&context, 0, note, &order);
  CHECK(handed_over == 1);
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 0});
}
