/* The authority of sensors is made once, and never again where one has been: a second one would lock out every sensor.
 */
#include "lib/buffer.h"
#include "server/keyholder/authority.h"
#include "tests/unit/suite.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/hinomi-authority.XXXXXX";

static const char *file(const char *name)
{
	static char path[2][256];
	static unsigned turn;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[turn]), "%s/keyholder/%s", folder, name);
	return path[turn];
}

static void forget(const char *what)
{
	char command[512];

	snprintf(command, sizeof(command), "rm -rf %s%s", folder, what);
	ck_assert_int_eq(system(command), 0);
}

/* Each test is a process of its own. */
static void fresh_folder(void)
{
	static bool made;

	if (!made)
		ck_assert_ptr_nonnull(mkdtemp(folder));
	made = true;
	forget("/keyholder");
}

/* The fingerprint of the authority that opens, or of none: zeroes. */
static void opened(uint8_t out[TLS_FINGERPRINT_SIZE], struct err *why)
{
	char path[256];
	struct authority *a = NULL;

	memset(out, 0, TLS_FINGERPRINT_SIZE);
	snprintf(path, sizeof(path), "%s/keyholder", folder);
	if (authority_open(&a, path, why) == 0)
		ck_assert(tls_fingerprint(authority_certificate(a), out));
	authority_free(a);
}

static off_t size_of(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 ? s.st_size : -1;
}

START_TEST(made_once)
{
	uint8_t first[TLS_FINGERPRINT_SIZE], second[TLS_FINGERPRINT_SIZE];
	static const uint8_t none[TLS_FINGERPRINT_SIZE];
	struct err why = { 0 };

	fresh_folder();
	opened(first, &why);
	ck_assert(memcmp(first, none, sizeof(none)) != 0);
	opened(second, &why);
	ck_assert_mem_eq(first, second, sizeof(first));
	forget("");
}
END_TEST

static const char *const losses[][2] = { { "ca.pem", "" }, { "ca.key", "" }, { "ca.pem", "ca.key" } };

START_TEST(a_loss_is_an_error)
{
	static const uint8_t none[TLS_FINGERPRINT_SIZE];
	uint8_t got[TLS_FINGERPRINT_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(losses); i++) {
		struct err why = { 0 };
		off_t key;

		fresh_folder();
		opened(got, &why);
		for (size_t k = 0; k < 2; k++)
			if (*losses[i][k])
				ck_assert_int_eq(unlink(file(losses[i][k])), 0);
		key = size_of(file("ca.key"));
		opened(got, &why);
		ck_assert_mem_eq(got, none, sizeof(none));
		ck_assert_int_ne(why.code, ERR_NONE);
		ck_assert_ptr_nonnull(strstr(why.text, "backup"));
		/* Nothing was made in its place. */
		ck_assert_int_eq(size_of(file("ca.key")), key);
	}
	forget("");
}
END_TEST

START_TEST(not_being_able_to_look_is_an_error)
{
	uint8_t first[TLS_FINGERPRINT_SIZE], got[TLS_FINGERPRINT_SIZE];
	struct err why = { 0 };
	struct stat before, after;

	fresh_folder();
	opened(first, &why);
	ck_assert_int_eq(stat(file("ca.key"), &before), 0);
	/* A path that leads to itself cannot be looked at, whoever asks. */
	ck_assert_int_eq(rename(file("ca.pem"), file("kept.pem")), 0);
	ck_assert_int_eq(symlink("ca.pem", file("ca.pem")), 0);
	opened(got, &why);
	ck_assert_int_eq(why.code, ERR_IO);
	ck_assert_int_eq(stat(file("ca.key"), &after), 0);
	ck_assert_int_eq(before.st_ino, after.st_ino);
	ck_assert_int_eq(rename(file("kept.pem"), file("ca.pem")), 0);
	opened(got, &why);
	ck_assert_mem_eq(got, first, sizeof(first));
	forget("");
}
END_TEST

START_TEST(a_first_start_that_was_cut_off_is_done_again)
{
	static const uint8_t none[TLS_FINGERPRINT_SIZE];
	uint8_t got[TLS_FINGERPRINT_SIZE];
	struct err why = { 0 };

	fresh_folder();
	opened(got, &why);
	ck_assert_int_eq(unlink(file("ca.pem")), 0);
	ck_assert_int_eq(unlink(file("signatures.log")), 0);
	opened(got, &why);
	ck_assert(memcmp(got, none, sizeof(none)) != 0);
	forget("");
}
END_TEST

SUITE_MAIN("authority", a_first_start_that_was_cut_off_is_done_again, made_once, a_loss_is_an_error,
	   not_being_able_to_look_is_an_error)
