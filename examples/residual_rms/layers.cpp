// The norms of a pre-norm transformer, all root mean square. With STRIDED their rows may lie apart.
#include <normfold/generate.hpp>

using namespace normfold;
using namespace normfold::axes;

// An axis of our own: any named type is one.
inline constexpr struct head_ : axis<"head"> {
} head;

// x + residual is the next residual, and is normalized on its way: one pass over memory instead of three.
constexpr auto add_rms_norm =
    layer<"add_rms_norm">(T, C) | add(operand<"residual">) | output<"sum"> | over(C) | scale(eps = 1e-6) | gain(C);

// QK-norm: each head of the queries and of the keys on its own.
constexpr auto head_rms_norm = layer<"head_rms_norm">(T, head, C) | over(C) | scale(eps = 1e-6) | gain(C);

int main(int argc, char** argv) { return normfold::generate(argc, argv, add_rms_norm, head_rms_norm); }
