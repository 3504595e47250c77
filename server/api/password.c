#include "server/api/password.h"

#include <sodium.h>
#include <string.h>

enum { PASSES = 2, MEMORY = 64 * 1024 * 1024 };
_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium's size");

/* Of no password: what is compared when there is nobody. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHRzb21lc2FsdA"
			     "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

int password_hash(const char *password, char out[PASSWORD_HASH_SIZE], struct err *why)
{
	if (crypto_pwhash_str(out, password, strlen(password), PASSES, MEMORY) != 0)
		return err_set(why, ERR_NOMEM, "no memory to work out a password hash");
	return 0;
}

bool password_verify(const char *hash, const char *password)
{
	bool same = crypto_pwhash_str_verify(hash ? hash : nobody, password, strlen(password)) == 0;

	return same && hash;
}
