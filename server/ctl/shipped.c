#include "server/ctl/shipped.h"

#include "lib/path.h"

#include <stdio.h>
#include <unistd.h>

bool shipped_find(const char *name, char out[PATH_MAX])
{
	static const char *const places[] = { "../share/hinomi/config", "../../config" };
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	while (n > 0 && program[n - 1] != '/')
		n--;
	for (size_t i = 0; n > 0 && i < sizeof(places) / sizeof(places[0]); i++) {
		program[n] = '\0';
		if (snprintf(out, PATH_MAX, "%s%s/%s", program, places[i], name) < PATH_MAX && path_is_there(out))
			return true;
	}
	return false;
}
