#include "server/collector/est_renewal.h"

#include <openssl/x509v3.h>

enum { URI_SIZE = 128 };

/* The one entry of the name, when it is a common name equal to that of the certificate. */
static bool is_common_name_of(const X509_NAME *name, const X509_NAME *whole)
{
	int at = X509_NAME_get_index_by_NID(whole, NID_commonName, -1);

	if (X509_NAME_entry_count(name) != 1 || X509_NAME_get_index_by_NID(name, NID_commonName, -1) != 0 || at < 0)
		return false;
	return ASN1_STRING_cmp(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, 0)),
			       X509_NAME_ENTRY_get_data(X509_NAME_get_entry(whole, at))) == 0;
}

static bool same_alternative_names(STACK_OF(X509_EXTENSION) * wanted, X509 *current)
{
	int at = X509v3_get_ext_by_NID(wanted, NID_subject_alt_name, -1);
	int own = X509_get_ext_by_NID(current, NID_subject_alt_name, -1);

	if (at < 0)
		return true;
	return own >= 0 && ASN1_OCTET_STRING_cmp(X509_EXTENSION_get_data(X509v3_get_ext(wanted, at)),
						 X509_EXTENSION_get_data(X509_get_ext(current, own))) == 0;
}

int est_renewal_check(X509_REQ *request, X509 *current, struct err *why)
{
	const X509_NAME *name = X509_REQ_get_subject_name(request), *own = X509_get_subject_name(current);
	STACK_OF(X509_EXTENSION) * wanted;
	bool same;

	if (X509_NAME_cmp(name, own) != 0 && !is_common_name_of(name, own))
		return err_set(why, ERR_PROTOCOL, "the request's subject is not that of the current certificate");
	wanted = X509_REQ_get_extensions(request);
	same = same_alternative_names(wanted, current);
	sk_X509_EXTENSION_pop_free(wanted, X509_EXTENSION_free);
	if (!same)
		return err_set(why, ERR_PROTOCOL,
			       "the request's alternative names are not those of the current certificate");
	return 0;
}

/* Takes `word` and a number that ends before `stop`. */
static bool take_number(struct slice *rest, const char *word, uint8_t stop, int64_t *out)
{
	struct slice digits;

	if (!slice_starts_with(*rest, word))
		return false;
	*rest = slice_skip(*rest, strlen(word));
	digits = slice_take(*rest, slice_find(*rest, stop));
	*rest = slice_skip(*rest, digits.len);
	return slice_to_int64(digits, out) && *out > 0;
}

bool est_renewal_identity(const X509 *certificate, int64_t *company_id, int64_t *sensor_id)
{
	char uri[URI_SIZE];
	struct slice rest;

	if (!tls_uri_name(certificate, uri, sizeof(uri)))
		return false;
	rest = slice_of_string(uri);
	return take_number(&rest, "urn:hinomi:company:", ':', company_id) &&
	       take_number(&rest, ":sensor:", '\0', sensor_id) && rest.len == 0;
}
