/* What the api says: problems, files of the dashboard, figures; and how it slows down who guesses passwords. */
#include "tests/unit/suite.h"

#include "server/api/login_limits.h"
#include "server/api/password.h"
#include "server/api/problem.h"
#include "server/api/static_files.h"
#include "server/api/telemetry.h"

#include <jansson.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- problems ---- */

static json_t *written(const struct problem *problem)
{
	struct buffer out = { 0 };
	struct json_writer w;
	json_t *json;

	json_writer_init(&w, &out);
	problem_open(problem, &w);
	json_close_object(&w);
	json = json_loadb((const char *)out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	buffer_release(&out);
	ck_assert_ptr_nonnull(json);
	return json;
}

static const char *member(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

START_TEST(test_every_problem)
{
	for (int code = 0; code < PROBLEM_CODES; code++)
		for (int japanese = 0; japanese < 2; japanese++) {
			const struct problem problem = { .code = (enum problem_code)code,
							 .japanese = japanese,
							 .request_id = "0123",
							 .instance = SLICE_LITERAL("/v1/x\"y") };
			json_t *json = written(&problem);
			int status = (int)json_integer_value(json_object_get(json, "status"));

			ck_assert_int_eq(status, problem_status(problem.code));
			ck_assert(status >= 400 && status < 600);
			ck_assert_str_eq(member(json, "code"), problem_name(problem.code));
			ck_assert(strncmp(member(json, "type"), "urn:hinomi:problem:", 19) == 0);
			ck_assert_str_eq(member(json, "type") + 19, problem_name(problem.code));
			ck_assert_str_eq(member(json, "request_id"), "0123");
			ck_assert_str_eq(member(json, "instance"), "/v1/x\"y");
			/* Japanese begins beyond ASCII somewhere; English never does. */
			ck_assert(slice_is_utf8(slice_of_string(member(json, "title"))));
			ck_assert((strpbrk(member(json, "title"), "\xe3\xe4\xe5\xe6\xe7\xe8\xe9") != NULL) == japanese);
			json_decref(json);
		}
}
END_TEST

START_TEST(test_every_fault)
{
	for (int fault = 0; fault < FAULT_COUNT; fault++)
		for (int japanese = 0; japanese < 2; japanese++) {
			const struct problem problem = { .code = PROBLEM_INVALID,
							 .japanese = japanese,
							 .request_id = "0123",
							 .member = "text",
							 .fault = (enum problem_fault)fault };
			json_t *json = written(&problem);
			const json_t *entry = json_array_get(json_object_get(json, "errors"), 0);

			ck_assert_str_eq(member(entry, "pointer"), "/text");
			ck_assert(strlen(member(entry, "detail")) > 3);
			ck_assert_ptr_nonnull(strstr(member(json, "detail"), member(entry, "detail")));
			json_decref(json);
		}
}
END_TEST

START_TEST(test_fault_of_a_parameter)
{
	const struct problem problem = {
		.code = PROBLEM_INVALID, .request_id = "0123", .parameter = "limit", .fault = FAULT_NUMBER
	};
	json_t *json = written(&problem);
	const json_t *entry = json_array_get(json_object_get(json, "errors"), 0);

	ck_assert_str_eq(member(entry, "parameter"), "limit");
	ck_assert_ptr_null(member(entry, "pointer"));
	ck_assert_ptr_null(member(json, "instance"));
	json_decref(json);
}
END_TEST

START_TEST(test_problem_of_status)
{
	ck_assert_int_eq(problem_of_status(400), PROBLEM_BAD_REQUEST);
	ck_assert_int_eq(problem_of_status(404), PROBLEM_NOT_FOUND);
	ck_assert_int_eq(problem_of_status(413), PROBLEM_TOO_LARGE);
	ck_assert_int_eq(problem_of_status(418), PROBLEM_BAD_REQUEST);
	ck_assert_int_eq(problem_of_status(503), PROBLEM_INTERNAL);
}
END_TEST

/* ---- files ---- */

START_TEST(test_pages)
{
	static const char *const pages[] = { "/", "/inbox", "/incidents/17", "/companies/1/", "/setup", "/a-b_c" };
	static const char *const others[] = { "",        "inbox",  "/..",   "/../x",   "/x/..", "//",   "/x//y",
					      "/%2e%2e", "/x%2fy", "/.git", "/x.html", "/x\\y", "/x?y", "/x y",
					      "/火",     "/~root", "/x:y",  "/;x",     "/\x01" };

	for (size_t i = 0; i < ARRAY_LEN(pages); i++)
		ck_assert_msg(static_files_is_page(slice_of_string(pages[i])), "%s", pages[i]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ck_assert_msg(!static_files_is_page(slice_of_string(others[i])), "%s", others[i]);
	ck_assert(!static_files_is_page(slice_of("/x\0y", 4)));
}
END_TEST

static void put_file(const char *folder, const char *name, const char *content)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(content, f);
	fclose(f);
}

static void make_folder(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static bool gives(const struct static_files *files, const char *path, const char *content)
{
	const struct static_file *file = static_files_find(files, slice_of_string(path));

	return content ? file && slice_is(file->content, content) : !file;
}

START_TEST(test_files)
{
	char folder[] = "/tmp/hinomi-web.XXXXXX", link[256];
	struct static_files *files = NULL;
	struct err why = { 0 };

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_ne(static_files_load(&files, folder, &why), 0);
	ck_assert_int_eq(why.code, ERR_NOT_FOUND);
	make_folder(folder, "a");
	make_folder(folder, "a/1");
	put_file(folder, "index.html", "index");
	put_file(folder, "a/1/x.js", "plain");
	put_file(folder, "a/1/x.js.gz", "small");
	put_file(folder, "a/1/x.js2", "");
	put_file(folder, "a/1/.hidden", "hidden");
	snprintf(link, sizeof(link), "%s/a/1/link.js", folder);
	ck_assert_int_eq(symlink("/etc/passwd", link), 0);
	ck_assert_int_eq(static_files_load(&files, folder, &why), 0);

	ck_assert(gives(files, "/", "index"));
	ck_assert(gives(files, "/inbox", "index"));
	ck_assert(gives(files, "/a/1/x.js", "plain"));
	ck_assert(gives(files, "/a/1/x.js2", ""));
	ck_assert(gives(files, "/a/1/x.js.gz", NULL));
	ck_assert(gives(files, "/a/1/.hidden", NULL));
	ck_assert(gives(files, "/a/1/link.js", NULL));
	ck_assert(gives(files, "/a/1/../1/x.js", NULL));
	ck_assert(gives(files, "/a/1/%78.js", NULL));
	ck_assert(gives(files, "/a/1/", NULL));
	ck_assert(gives(files, "/a/1", NULL));
	ck_assert(gives(files, "/index.html", NULL));
	ck_assert(gives(NULL, "/", NULL));
	ck_assert(slice_is(static_files_find(files, SLICE_LITERAL("/a/1/x.js"))->gzipped, "small"));
	ck_assert(static_files_find(files, SLICE_LITERAL("/a/1/x.js"))->forever);
	ck_assert(!static_files_find(files, SLICE_LITERAL("/"))->forever);
	static_files_free(files);
}
END_TEST

/* ---- guessing passwords ---- */

START_TEST(test_lock_grows)
{
	static const int64_t expected[] = { 0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900 };

	for (size_t n = 0; n < ARRAY_LEN(expected); n++)
		ck_assert_int_eq(login_lock_seconds((int64_t)n), expected[n]);
	ck_assert_int_eq(login_lock_seconds(INT64_MAX), 900);
}
END_TEST

START_TEST(test_lock_of_nobody)
{
	struct login_limits *l = login_limits_new();

	for (int n = 0; n < 5; n++) {
		ck_assert_int_eq(login_limits_locked(l, "a@example.jp", 1000), 0);
		login_limits_failed(l, "A@Example.jp", 1000);
	}
	ck_assert_int_eq(login_limits_locked(l, "a@example.JP", 1000), 30);
	ck_assert_int_eq(login_limits_locked(l, "a@example.jp", 30999), 1);
	ck_assert_int_eq(login_limits_locked(l, "a@example.jp", 31000), 0);
	ck_assert_int_eq(login_limits_locked(l, "b@example.jp", 1000), 0);
	login_limits_failed(l, "a@example.jp", 31000);
	ck_assert_int_eq(login_limits_locked(l, "a@example.jp", 31000), 60);
	login_limits_free(l);
}
END_TEST

START_TEST(test_tries_of_an_address)
{
	struct login_limits *l = login_limits_new();
	int64_t now = 1000000;

	for (int n = 0; n < LOGIN_TRIES; n++)
		ck_assert_int_eq(login_limits_try(l, "192.0.2.1", now), 0);
	ck_assert_int_eq(login_limits_try(l, "192.0.2.1", now), 4);
	ck_assert_int_eq(login_limits_try(l, "192.0.2.2", now), 0);
	now += 3999;
	ck_assert_int_eq(login_limits_try(l, "192.0.2.1", now), 1);
	now += 1;
	ck_assert_int_eq(login_limits_try(l, "192.0.2.1", now), 0);
	ck_assert_int_gt(login_limits_try(l, "192.0.2.1", now), 0);
	/* A host has a whole /64 to choose its address from. */
	for (int n = 0; n < LOGIN_TRIES; n++) {
		char address[40];

		snprintf(address, sizeof(address), "2001:db8::%x", (unsigned)n + 1);
		ck_assert_int_eq(login_limits_try(l, address, now), 0);
	}
	ck_assert_int_gt(login_limits_try(l, "2001:db8::ffff", now), 0);
	ck_assert_int_eq(login_limits_try(l, "2001:db8:0:1::1", now), 0);
	/* Full again, and no fuller than full, after a day. */
	now += 86400000;
	for (int n = 0; n < LOGIN_TRIES; n++)
		ck_assert_int_eq(login_limits_try(l, "192.0.2.1", now), 0);
	ck_assert_int_gt(login_limits_try(l, "192.0.2.1", now), 0);
	login_limits_free(l);
}
END_TEST

START_TEST(test_password)
{
	char hash[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];
	struct err why = { 0 };

	ck_assert_int_ge(sodium_init(), 0);
	ck_assert_int_eq(password_hash("correct horse", hash, &why), 0);
	ck_assert_int_eq(password_hash("correct horse", again, &why), 0);
	ck_assert_str_ne(hash, again);
	ck_assert_ptr_nonnull(strstr(hash, "$argon2id$v=19$m=65536,t=2,p=1$"));
	ck_assert(password_verify(hash, "correct horse"));
	ck_assert(!password_verify(hash, "correct horsf"));
	ck_assert(!password_verify(hash, ""));
	ck_assert(!password_verify(NULL, "correct horse"));
	ck_assert(!password_verify("", "correct horse"));
}
END_TEST

/* ---- figures ---- */

START_TEST(test_telemetry)
{
	static struct telemetry t;
	const struct vitals vitals = { .sensors = { 1, 20 }, .work = 3, .work_age = 0.5, .open_incidents = 4 };
	const struct telemetry_now now = { .connections = 5, .streams = 2, .workers = 4, .vitals = &vitals };
	struct buffer out = { 0 };
	const char *text;

	telemetry_request(&t, 200, 3);
	telemetry_request(&t, 204, 5);
	telemetry_request(&t, 404, 6);
	telemetry_request(&t, 500, 60000);
	telemetry_request(&t, 0, 1);
	telemetry_write(&t, &now, &out);
	text = buffer_string(&out);
	ck_assert_ptr_nonnull(strstr(text, "hinomi_http_requests_total{class=\"2xx\"} 2\n"));
	ck_assert_ptr_nonnull(strstr(text, "hinomi_http_requests_unanswered_total 1\n"));
	ck_assert_ptr_nonnull(strstr(text, "_bucket{le=\"0.001\"} 0\n"));
	ck_assert_ptr_nonnull(strstr(text, "_bucket{le=\"0.005\"} 2\n"));
	ck_assert_ptr_nonnull(strstr(text, "_bucket{le=\"10\"} 3\n"));
	ck_assert_ptr_nonnull(strstr(text, "_bucket{le=\"+Inf\"} 4\n"));
	ck_assert_ptr_nonnull(strstr(text, "_seconds_count 4\n"));
	ck_assert_ptr_nonnull(strstr(text, "_seconds_sum 60.014\n"));
	ck_assert_ptr_nonnull(strstr(text, "hinomi_sensors{state=\"up\"} 20\n"));
	ck_assert_ptr_nonnull(strstr(text, "hinomi_work_oldest_seconds 0.5\n"));
	ck_assert_ptr_nonnull(strstr(text, "hinomi_database_up 1\n"));
	buffer_release(&out);
}
END_TEST

SUITE_MAIN("api: replies", test_every_problem, test_every_fault, test_fault_of_a_parameter, test_problem_of_status,
	   test_pages, test_files, test_lock_grows, test_lock_of_nobody, test_tries_of_an_address, test_password,
	   test_telemetry)
