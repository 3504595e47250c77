#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *why, enum err_code code, const char *format, ...)
{
	va_list args;

	if (!why)
		return -1;
	why->code = code;
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return -1;
}

int err_set_errno(struct err *why, enum err_code code, const char *format, ...)
{
	int saved = errno;
	va_list args;
	size_t used;

	if (!why)
		return -1;
	why->code = code;
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	used = strlen(why->text);
	snprintf(why->text + used, sizeof(why->text) - used, ": %s", strerror(saved));
	return -1;
}

int err_prefix(struct err *why, const char *format, ...)
{
	char old[sizeof(why->text)];
	va_list args;
	size_t used;

	if (!why)
		return -1;
	memcpy(old, why->text, sizeof(old));
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	used = strlen(why->text);
	snprintf(why->text + used, sizeof(why->text) - used, ": %s", old);
	return -1;
}
