#include "server/api/cursor.h"

#include "lib/base64url.h"
#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/random.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

enum { PAYLOAD_SIZE = 1 + 8 + 8 + 8 + 8, TAG_SIZE = 16, SEALED_SIZE = PAYLOAD_SIZE + TAG_SIZE };

static int make_key(const char *path, uint8_t key[CURSOR_KEY_SIZE], struct err *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n;

	if (fd < 0)
		return err_set_errno(why, ERR_IO, "cannot make %s", path);
	random_bytes(key, CURSOR_KEY_SIZE);
	n = write(fd, key, CURSOR_KEY_SIZE);
	if (close(fd) != 0 || n != CURSOR_KEY_SIZE)
		return err_set_errno(why, ERR_IO, "cannot write %s", path);
	return 0;
}

int cursor_key_load(const char *path, uint8_t key[CURSOR_KEY_SIZE], struct err *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? make_key(path, key, why) : err_set_errno(why, ERR_IO, "cannot read %s", path);
	n = read(fd, key, CURSOR_KEY_SIZE);
	close(fd);
	/* A torn file costs clients a page turn, no more. */
	return n == CURSOR_KEY_SIZE ? 0 : make_key(path, key, why);
}

uint64_t cursor_filter_hash(struct slice filter)
{
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (EVP_Digest(filter.ptr, filter.len, hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	return load_be64(hash);
}

static void tag_of(const uint8_t key[CURSOR_KEY_SIZE], const uint8_t *payload, uint8_t tag[EVP_MAX_MD_SIZE])
{
	if (!HMAC(EVP_sha256(), key, CURSOR_KEY_SIZE, payload, PAYLOAD_SIZE, tag, NULL))
		abort();
}

void cursor_seal(const uint8_t key[CURSOR_KEY_SIZE], const struct cursor *cursor, char out[CURSOR_TEXT_SIZE])
{
	struct buffer sealed = { 0 };
	uint8_t tag[EVP_MAX_MD_SIZE];

	buffer_put_byte(&sealed, (uint8_t)cursor->list);
	buffer_put_be64(&sealed, cursor->filter);
	buffer_put_be64(&sealed, (uint64_t)cursor->rank);
	buffer_put_be64(&sealed, (uint64_t)cursor->time);
	buffer_put_be64(&sealed, (uint64_t)cursor->id);
	if (sealed.failed)
		abort();
	tag_of(key, sealed.data, tag);
	buffer_put(&sealed, tag, TAG_SIZE);
	base64url_encode(buffer_slice(&sealed), out, CURSOR_TEXT_SIZE);
	buffer_release(&sealed);
}

bool cursor_open(const uint8_t key[CURSOR_KEY_SIZE], struct slice text, struct cursor *out)
{
	uint8_t sealed[SEALED_SIZE], tag[EVP_MAX_MD_SIZE];

	if (!base64url_decode(text, sealed, SEALED_SIZE))
		return false;
	tag_of(key, sealed, tag);
	if (CRYPTO_memcmp(tag, sealed + PAYLOAD_SIZE, TAG_SIZE) != 0 || sealed[0] != (uint8_t)out->list ||
	    load_be64(sealed + 1) != out->filter)
		return false;
	out->rank = (int64_t)load_be64(sealed + 9);
	out->time = (time_us)load_be64(sealed + 17);
	out->id = (int64_t)load_be64(sealed + 25);
	return true;
}
