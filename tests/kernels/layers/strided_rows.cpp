// The layers of strided_test.cpp for strided tensors.
#define PREFIX "strided_"
#include "strided.hpp"
