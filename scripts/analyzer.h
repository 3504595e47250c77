/* For scripts/lint only: tells clang's analyzer, which looks at one file at a time, that the err_ functions always
 * return -1. Without it every `if (f() != 0) return` would look as if it could go on after an error. */
#include "lib/err.h"

#define err_set(...)       (err_set(__VA_ARGS__), -1)
#define err_set_errno(...) (err_set_errno(__VA_ARGS__), -1)
#define err_prefix(...)    (err_prefix(__VA_ARGS__), -1)
