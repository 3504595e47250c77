#include "server/report/document.h"

#include "server/report/document_parts.h"

#include "lib/pool.h"
#include "server/model/case_report.h"
#include "server/model/chamber_month.h"
#include "server/model/member_month.h"
#include "server/model/monitoring_certificate.h"

/* A page as a picture: 144 dots to the inch. */
#define PNG_SCALE 2.0

static const char *const kind_names[] = { "monthly", "first", "interim", "final", "certificate", "chamber" };
static const char *const format_names[] = {
	[DOCUMENT_PDF] = "pdf",   [DOCUMENT_XLSX] = "xlsx", [DOCUMENT_CSV] = "csv",
	[DOCUMENT_JSON] = "json", [DOCUMENT_PNG] = "png",
};

bool document_kind_parse(struct slice name, enum document_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_names); i++)
		if (slice_is(name, kind_names[i])) {
			*out = (enum document_kind)i;
			return true;
		}
	return false;
}

bool document_format_parse(struct slice name, enum document_format *out)
{
	for (size_t i = 0; i < ARRAY_LEN(format_names); i++)
		if (slice_is(name, format_names[i])) {
			*out = (enum document_format)i;
			return true;
		}
	return false;
}

const char *document_format_name(enum document_format format)
{
	return format_names[format];
}

/* ---------------------------------------------------------------------------------------------- drawing */

typedef int draw_pages(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
		       struct err *why);
typedef int write_file(const struct document_order *order, struct buffer *out, struct err *why);

static const struct {
	draw_pages *pages;
	write_file *xlsx, *csv;
} parts[] = {
	[DOCUMENT_MONTHLY] = { member_report_draw, member_xlsx, member_csv },
	[DOCUMENT_FIRST] = { case_report_draw, case_xlsx, case_csv },
	[DOCUMENT_INTERIM] = { case_report_draw, case_xlsx, case_csv },
	[DOCUMENT_FINAL] = { case_report_draw, case_xlsx, case_csv },
	[DOCUMENT_CERTIFICATE] = { certificate_draw, NULL, NULL },
	[DOCUMENT_CHAMBER] = { chamber_report_draw, chamber_xlsx, chamber_csv },
};

static int draw_file(write_file *write, const struct document_order *order, struct buffer *out, int *pages,
		     struct err *why)
{
	*pages = 1;
	if (!write)
		return err_set(why, ERR_USAGE, "there is no %s of a document of kind %s: ask for its PDF",
			       document_format_name(order->format), kind_names[order->kind]);
	return write(order, out, why);
}

/* The body as it was frozen, once it is known to be such a document. */
static int copy_json(const struct document_order *order, struct buffer *out, int *pages, struct err *why)
{
	char name[DOCUMENT_NAME_SIZE];

	*pages = 1;
	if (document_file_name(order, name, why) != 0)
		return -1;
	buffer_put_slice(out, order->body);
	return out->failed ? err_set(why, ERR_LIMIT, "no memory for the document") : 0;
}

int document_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
		  struct err *why)
{
	*pages = 0;
	switch (order->format) {
	case DOCUMENT_XLSX:
		return draw_file(parts[order->kind].xlsx, order, out, pages, why);
	case DOCUMENT_CSV:
		return draw_file(parts[order->kind].csv, order, out, pages, why);
	case DOCUMENT_JSON:
		return copy_json(order, out, pages, why);
	case DOCUMENT_PDF:
	case DOCUMENT_PNG:
		break;
	}
	return parts[order->kind].pages(press, order, out, pages, why);
}

struct sheet *document_sheet(struct press *press, const struct document_order *order, const struct sheet_info *info,
			     struct buffer *out)
{
	if (order->format == DOCUMENT_PNG)
		return sheet_png(press, info, order->page, PNG_SCALE, out);
	return sheet_pdf(press, info, out);
}

const char *document_reference(const struct document_order *order, struct pool *pool)
{
	const struct document_frame *f = &order->frame;
	struct buffer b = { 0 };
	const char *text;

	if (f->number && *f->number)
		buffer_printf(&b, order->japanese ? "番号 %s  " : "No. %s  ", f->number);
	buffer_printf(&b, order->japanese ? "第%lld版  " : "issue %lld  ", (long long)(f->issue > 0 ? f->issue : 1));
	if (f->snapshot_sha256 && *f->snapshot_sha256)
		buffer_printf(&b, order->japanese ? "データ 第%lld版 照合番号 %.16s" : "data v%lld SHA-256 %.16s",
			      (long long)f->snapshot_version, f->snapshot_sha256);
	text = pool_string(pool, slice_of_string(buffer_string(&b)));
	buffer_release(&b);
	return text ? text : "";
}

/* ---------------------------------------------------------------------------------------------- names of files */

/* Lower-case ASCII letters, digits and '-', whatever the number of a member looks like. */
static void put_word(struct buffer *b, const char *text)
{
	for (const char *c = text ? text : ""; *c; c++)
		if ((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') || *c == '-')
			buffer_put_byte(b, (uint8_t)*c);
}

static void put_company(struct buffer *b, const char *member_no, int64_t company_id)
{
	size_t before = b->len;

	put_word(b, member_no);
	if (b->len == before)
		buffer_printf(b, "%lld", (long long)company_id);
}

/* A body that reads and yet is none of this kind: an empty object, or a newer format. */
static int check_format(int64_t format, int64_t known, const char *what, struct err *why)
{
	if (format == known)
		return 0;
	return err_set(why, ERR_CORRUPT, "this is no %s of format %lld", what, (long long)known);
}

static int name_month(struct slice body, struct buffer *b, struct pool *pool, struct err *why)
{
	struct member_month m;

	if (json_shape_read(&member_month_shape, body, pool, &m, why) != 0 ||
	    check_format(m.format, MEMBER_MONTH_FORMAT, "member's month", why) != 0)
		return -1;
	put_word(b, m.month);
	buffer_put_byte(b, '-');
	put_company(b, m.member_no, m.company_id);
	return 0;
}

static int name_case(struct slice body, struct buffer *b, struct pool *pool, struct err *why)
{
	struct case_report r;

	if (json_shape_read(&case_report_shape, body, pool, &r, why) != 0 ||
	    check_format(r.format, CASE_REPORT_FORMAT, "report of a case", why) != 0)
		return -1;
	put_word(b, r.kind);
	buffer_printf(b, "-%lld-", (long long)r.incident.no);
	put_company(b, r.member_no, r.company_id);
	return 0;
}

static int name_certificate(struct slice body, struct buffer *b, struct pool *pool, struct err *why)
{
	struct monitoring_certificate c;

	if (json_shape_read(&monitoring_certificate_shape, body, pool, &c, why) != 0 ||
	    check_format(c.format, MONITORING_CERTIFICATE_FORMAT, "monitoring certificate", why) != 0)
		return -1;
	buffer_printf(b, "certificate-KM-%lld", (long long)c.number);
	return 0;
}

static int name_chamber(struct slice body, struct buffer *b, struct pool *pool, struct err *why)
{
	struct chamber_month c;

	if (json_shape_read(&chamber_month_shape, body, pool, &c, why) != 0 ||
	    check_format(c.format, CHAMBER_MONTH_FORMAT, "chamber's month", why) != 0)
		return -1;
	put_word(b, c.month);
	buffer_put_string(b, "-chamber");
	return 0;
}

static int put_name(const struct document_order *order, struct buffer *b, struct pool *pool, struct err *why)
{
	switch (order->kind) {
	case DOCUMENT_MONTHLY:
		return name_month(order->body, b, pool, why);
	case DOCUMENT_FIRST:
	case DOCUMENT_INTERIM:
	case DOCUMENT_FINAL:
		return name_case(order->body, b, pool, why);
	case DOCUMENT_CERTIFICATE:
		return name_certificate(order->body, b, pool, why);
	case DOCUMENT_CHAMBER:
		break;
	}
	return name_chamber(order->body, b, pool, why);
}

int document_file_name(const struct document_order *order, char out[DOCUMENT_NAME_SIZE], struct err *why)
{
	struct pool pool = { 0 };
	struct buffer b;
	int rc;

	buffer_init(&b, DOCUMENT_NAME_SIZE - 8); /* the ending has room in any case */
	rc = put_name(order, &b, &pool, why);
	if (rc == 0)
		snprintf(out, DOCUMENT_NAME_SIZE, "%.*s.%s", (int)b.len, (const char *)b.data,
			 document_format_name(order->format));
	buffer_release(&b);
	pool_release(&pool);
	return rc;
}
