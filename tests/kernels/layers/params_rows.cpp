// The layers of strided_test.cpp for float parameters beside 16-bit tensors.
#define PREFIX "params_"
#include "strided.hpp"
