/* Configuration: no input may crash the loader, and what it accepts obeys the bounds of its table. */
#include "server/settings.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bounds(const struct config_key *key, const struct settings *s)
{
	const char *at = (const char *)s + key->offset;
	int64_t value;

	if (key->type == CONFIG_STRING && !*(char *const *)(const void *)at)
		abort();
	if (key->type != CONFIG_INTEGER && key->type != CONFIG_DURATION && key->type != CONFIG_SIZE)
		return;
	value = *(const int64_t *)(const void *)at;
	if ((key->least || key->most) && (value < key->least || value > key->most))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t count;
	const struct config_key *keys = settings_keys(&count);
	struct settings s = { 0 };
	struct err why = { 0 };

	if (config_parse(slice_of(data, size), "fuzz", keys, count, &s, &why) != 0) {
		if (why.code == ERR_NONE || !why.text[0] || s.state_dir)
			abort(); /* a refusal says why, and leaves nothing behind */
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		check_bounds(&keys[i], &s);
	settings_release(&s);
	return 0;
}
