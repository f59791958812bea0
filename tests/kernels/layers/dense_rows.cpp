// The layers of strided_test.cpp for dense tensors.
#define PREFIX ""
#include "strided.hpp"
