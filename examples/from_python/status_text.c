/* What a status means, as a function that Python can call: in C it is an inline one of the header. */
#include "normfold/runtime/status.h"

const char* status_text(normfold_status status);
const char* status_text(normfold_status status) { return normfold_status_text(status); }
