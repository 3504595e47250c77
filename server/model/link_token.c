#include "server/model/link_token.h"

#include "lib/base64url.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

enum { PROOF = 16, SIGNED = LINK_ID_SIZE + PROOF, LABEL_MOST = 16 };
/* What stands before the id: a proof made for another purpose is not good here. None is the beginning of another. */
static const char *const labels[] = { [LINK_ANSWER] = "hinomi link 1", [LINK_REPORT] = "hinomi report 1" };

/* The first half of the HMAC. */
static void prove(const uint8_t key[LINK_KEY_SIZE], enum link_purpose purpose, const uint8_t id[LINK_ID_SIZE],
		  uint8_t out[PROOF])
{
	uint8_t text[LABEL_MOST + LINK_ID_SIZE], whole[EVP_MAX_MD_SIZE];
	size_t label = strlen(labels[purpose]);
	unsigned len = 0;

	memcpy(text, labels[purpose], label);
	memcpy(text + label, id, LINK_ID_SIZE);
	if (!HMAC(EVP_sha256(), key, LINK_KEY_SIZE, text, label + LINK_ID_SIZE, whole, &len) || len != 32)
		abort(); /* the library is unusable: no link is better than one that anybody can make */
	memcpy(out, whole, PROOF);
}

void link_token_make(const uint8_t key[LINK_KEY_SIZE], enum link_purpose purpose, const uint8_t id[LINK_ID_SIZE],
		     char out[LINK_TOKEN_SIZE])
{
	uint8_t bytes[SIGNED];

	memcpy(bytes, id, LINK_ID_SIZE);
	prove(key, purpose, id, bytes + LINK_ID_SIZE);
	base64url_encode((struct slice){ bytes, SIGNED }, out, LINK_TOKEN_SIZE);
}

bool link_token_read(const uint8_t key[LINK_KEY_SIZE], enum link_purpose purpose, struct slice token,
		     uint8_t id[LINK_ID_SIZE])
{
	uint8_t bytes[SIGNED], proof[PROOF];

	if (!base64url_decode(token, bytes, SIGNED))
		return false;
	prove(key, purpose, bytes, proof);
	if (CRYPTO_memcmp(proof, bytes + LINK_ID_SIZE, PROOF) != 0)
		return false;
	memcpy(id, bytes, LINK_ID_SIZE);
	return true;
}
