/* Manifests of backups. Invariant: what is accepted names no path outside, and written and read again is the same. */
#include "server/model/backup_manifest.h"

#include <stdlib.h>

static void check_again(const struct backup_manifest *first)
{
	struct backup_manifest second;
	struct buffer json = { 0 };
	struct err why = { 0 };

	manifest_write(first, &json);
	if (manifest_open(&second, &why) != 0 || manifest_parse(buffer_slice(&json), &second, &why) != 0)
		abort();
	if (second.file_count != first->file_count || second.role_count != first->role_count)
		abort();
	for (size_t i = 0; i < first->file_count; i++)
		if (memcmp(&first->files[i], &second.files[i], sizeof(first->files[i])) != 0 ||
		    !manifest_path_is_good(slice_of_string(first->files[i].path)))
			abort();
	manifest_release(&second);
	buffer_release(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct backup_manifest m;
	struct err why = { 0 };

	if (size > MANIFEST_MOST || manifest_open(&m, &why) != 0)
		return 0;
	if (manifest_parse(slice_of(data, size), &m, &why) == 0)
		check_again(&m);
	manifest_release(&m);
	return 0;
}
