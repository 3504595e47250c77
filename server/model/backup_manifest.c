#include "server/model/backup_manifest.h"

#include "lib/encode.h"
#include "lib/json_write.h"

#include <jansson.h>
#include <stdlib.h>

enum { FORMAT = 1, MODE_MOST = 07777 };

int manifest_open(struct backup_manifest *m, struct err *why)
{
	*m = (struct backup_manifest){ .files = calloc(MANIFEST_FILES_MAX, sizeof(*m->files)) };
	return m->files ? 0 : err_set(why, ERR_NOMEM, "no memory for the manifest");
}

void manifest_release(struct backup_manifest *m)
{
	free(m->files);
	*m = (struct backup_manifest){ 0 };
}

static bool is_good_component(struct slice name)
{
	if (name.len == 0 || slice_is(name, ".") || slice_is(name, ".."))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
		      c == '_' || c == '-'))
			return false;
	}
	return true;
}

bool manifest_path_is_good(struct slice path)
{
	if (path.len >= MANIFEST_PATH_SIZE)
		return false;
	for (int depth = 0; depth < MANIFEST_DEPTH_MAX; depth++) {
		struct slice name = slice_take(path, slice_find(path, '/'));

		if (!is_good_component(name))
			return false;
		if (name.len == path.len)
			return true;
		path = slice_skip(path, name.len + 1);
	}
	return false;
}

int manifest_add(struct backup_manifest *m, const char *path, struct manifest_file **out, struct err *why)
{
	if (!manifest_path_is_good(slice_of_string(path)))
		return err_set(why, ERR_LIMIT, "%.200s is not a name that a backup can hold", path);
	if (m->file_count == MANIFEST_FILES_MAX)
		return err_set(why, ERR_LIMIT, "there are more than %d files", MANIFEST_FILES_MAX);
	*out = &m->files[m->file_count++];
	snprintf((*out)->path, sizeof((*out)->path), "%s", path);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- writing */

static void write_role(const struct manifest_role *role, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "name", role->name);
	json_put_bool(w, "bypass_rls", role->bypass_rls);
	json_open_array(w, "settings");
	for (size_t i = 0; i < role->setting_count; i++)
		json_put_string(w, NULL, role->settings[i]);
	json_close_array(w);
	json_close_object(w);
}

static void write_file(const struct manifest_file *file, struct json_writer *w)
{
	struct buffer hex = { 0 };

	hex_encode(&hex, slice_of(file->sha256, sizeof(file->sha256)));
	json_open_object(w, NULL);
	json_put_string(w, "path", file->path);
	json_put_integer(w, "mode", file->mode);
	json_put_integer(w, "size", file->size);
	json_put_slice(w, "sha256", buffer_slice(&hex));
	json_close_object(w);
	w->out->failed = w->out->failed || hex.failed;
	buffer_release(&hex);
}

void manifest_write(const struct backup_manifest *m, struct buffer *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_object(&w, NULL);
	json_put_integer(&w, "format", FORMAT);
	json_put_string(&w, "program", m->program);
	json_put_string(&w, "created_at", m->created_at);
	json_put_integer(&w, "schema_version", m->schema_version);
	json_open_array(&w, "roles");
	for (size_t i = 0; i < m->role_count; i++)
		write_role(&m->roles[i], &w);
	json_close_array(&w);
	json_open_array(&w, "files");
	for (size_t i = 0; i < m->file_count; i++)
		write_file(&m->files[i], &w);
	json_close_array(&w);
	json_close_object(&w);
	buffer_put_byte(out, '\n');
}

/* ---------------------------------------------------------------------------------------------- reading */

static bool take_text(const json_t *object, const char *key, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && snprintf(out, size, "%s", text) < (int)size;
}

static bool take_integer(const json_t *object, const char *key, int64_t most, int64_t *out)
{
	const json_t *value = json_object_get(object, key);

	*out = json_integer_value(value);
	return json_is_integer(value) && *out >= 0 && *out <= most;
}

static bool take_role(const json_t *object, struct manifest_role *out)
{
	const json_t *settings = json_object_get(object, "settings"), *bypass = json_object_get(object, "bypass_rls");

	if (!take_text(object, "name", out->name, sizeof(out->name)) || !json_is_boolean(bypass) ||
	    !slice_starts_with(slice_of_string(out->name), "hinomi_") ||
	    !is_good_component(slice_of_string(out->name)) || json_array_size(settings) > MANIFEST_SETTINGS_MAX)
		return false;
	out->bypass_rls = json_is_true(bypass);
	out->setting_count = json_array_size(settings);
	for (size_t i = 0; i < out->setting_count; i++) {
		const char *text = json_string_value(json_array_get(settings, i));

		if (!text || !strchr(text, '=') ||
		    snprintf(out->settings[i], MANIFEST_TEXT_SIZE, "%s", text) >= MANIFEST_TEXT_SIZE)
			return false;
	}
	return true;
}

static bool take_file(const json_t *object, struct backup_manifest *m)
{
	const char *path = json_string_value(json_object_get(object, "path"));
	struct manifest_file *file;
	struct buffer hash = { 0 };
	char hex[65];
	bool good;

	if (!path || manifest_add(m, path, &file, NULL) != 0 || !take_integer(object, "mode", MODE_MOST, &file->mode) ||
	    !take_integer(object, "size", INT64_MAX, &file->size) || !take_text(object, "sha256", hex, sizeof(hex)))
		return false;
	good = hex_decode(&hash, slice_of_string(hex)) && hash.len == sizeof(file->sha256);
	if (good)
		memcpy(file->sha256, hash.data, sizeof(file->sha256));
	buffer_release(&hash);
	return good;
}

static int take_lists(const json_t *root, struct backup_manifest *m, struct err *why)
{
	const json_t *roles = json_object_get(root, "roles"), *files = json_object_get(root, "files");

	if (!json_is_array(roles) || json_array_size(roles) > MANIFEST_ROLES_MAX || !json_is_array(files))
		return err_set(why, ERR_CORRUPT, "the manifest has no lists of roles and files");
	for (size_t i = 0; i < json_array_size(roles); i++)
		if (!take_role(json_array_get(roles, i), &m->roles[m->role_count++]))
			return err_set(why, ERR_CORRUPT, "role %zu in the manifest is not right", i + 1);
	for (size_t i = 0; i < json_array_size(files); i++)
		if (!take_file(json_array_get(files, i), m))
			return err_set(why, ERR_CORRUPT, "file %zu in the manifest is not right", i + 1);
	return 0;
}

int manifest_parse(struct slice text, struct backup_manifest *out, struct err *why)
{
	json_error_t error;
	json_t *root = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
	int64_t format = 0;
	int failed;

	if (!root)
		return err_set(why, ERR_CORRUPT, "the manifest is not JSON: line %d: %s", error.line, error.text);
	if (!take_integer(root, "format", INT64_MAX, &format))
		failed = err_set(why, ERR_CORRUPT, "the manifest has no format");
	else if (format != FORMAT)
		failed = err_set(why, ERR_CONFIG, "the backup is of a format that this version does not know");
	else if (!take_text(root, "program", out->program, sizeof(out->program)) ||
		 !take_text(root, "created_at", out->created_at, sizeof(out->created_at)) ||
		 !take_integer(root, "schema_version", INT32_MAX, &out->schema_version))
		failed = err_set(why, ERR_CORRUPT, "the manifest does not say what it is of");
	else
		failed = take_lists(root, out, why);
	json_decref(root);
	return failed;
}
