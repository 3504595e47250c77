/* The token of a link. Invariant: what is taken is the one text that is made for the notice it names; so no other text
 * is a link to it. The first byte of the input chooses whether the rest is a token, or an id with a wound. */
#include "server/model/link_token.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key[LINK_KEY_SIZE] = "0123456789abcdef0123456789abcde";

static void take(struct slice text)
{
	uint8_t id[LINK_ID_SIZE];
	char again[LINK_TOKEN_SIZE];

	if (!link_token_read(key, LINK_ANSWER, text, id))
		return;
	link_token_make(key, LINK_ANSWER, id, again);
	if (!slice_is(text, again))
		abort();
}

/* Its id, where it is wounded, and by what. */
static void wound(struct slice input)
{
	uint8_t id[LINK_ID_SIZE] = { 0 };
	char token[LINK_TOKEN_SIZE];

	memcpy(id, input.ptr, input.len < LINK_ID_SIZE ? input.len : LINK_ID_SIZE);
	link_token_make(key, LINK_ANSWER, id, token);
	if (!link_token_read(key, LINK_ANSWER, slice_of_string(token), id))
		abort();
	if (input.len < LINK_ID_SIZE + 2)
		return;
	token[input.ptr[LINK_ID_SIZE] % (LINK_TOKEN_SIZE - 1)] ^= (char)input.ptr[LINK_ID_SIZE + 1];
	if (input.ptr[LINK_ID_SIZE + 1] && link_token_read(key, LINK_ANSWER, slice_of(token, LINK_TOKEN_SIZE - 1), id))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] & 1)
		wound(slice_of(data + 1, size - 1));
	else
		take(size > 0 ? slice_of(data + 1, size - 1) : slice_of(data, 0));
	return 0;
}
