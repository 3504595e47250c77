#include "server/report/pdf_catalog.h"

#include <stdlib.h>

enum {
	XREF_LINE = 20,     /* "0000000015 00000 n \n" */
	TAIL = 1024,        /* where startxref stands */
	CATALOG_MAX = 8192, /* bytes of the catalog, or of an element of the structure that is changed */
	HEAD = 64,          /* bytes in which an element says what it is */
};

struct reader {
	struct slice pdf;
	size_t table;    /* where the cross-references begin, */
	size_t entries;  /* and their first line */
	uint64_t count;  /* of objects, from 0 on */
	uint64_t root;   /* number of the catalog */
	uint64_t info;   /* of the metadata; 0: none */
	size_t numbered; /* figures and tables so far */
};

static int broken(struct err *why, const char *what)
{
	return err_set(why, ERR_CORRUPT, "the PDF cannot be completed: %s", what);
}

/* ---------------------------------------------------------------------------------------------- reading */

static struct slice skip_blanks(struct slice s)
{
	while (s.len && (*s.ptr == ' ' || *s.ptr == '\n' || *s.ptr == '\r' || *s.ptr == '\t'))
		s = slice_skip(s, 1);
	return s;
}

/* Takes a decimal number of at most ten digits off the head. */
static bool take_number(struct slice *s, uint64_t *out)
{
	size_t digits = 0;

	*s = skip_blanks(*s);
	while (digits < s->len && digits < 11 && s->ptr[digits] >= '0' && s->ptr[digits] <= '9')
		digits++;
	if (digits == 0 || digits > 10 || !slice_to_uint64(slice_take(*s, digits), out))
		return false;
	*s = slice_skip(*s, digits);
	return true;
}

static bool take_word(struct slice *s, const char *word)
{
	*s = skip_blanks(*s);
	if (!slice_starts_with(*s, word))
		return false;
	*s = slice_skip(*s, strlen(word));
	return true;
}

/* Position of the text in s, or s.len. */
static size_t position(struct slice s, const char *text)
{
	size_t len = strlen(text);
	const uint8_t *at = len <= s.len ? memmem(s.ptr, s.len, text, len) : NULL;

	return at ? (size_t)(at - s.ptr) : s.len;
}

/* The number behind a name of a dictionary. */
static bool number_of(struct slice dictionary, const char *name, uint64_t *out)
{
	struct slice s = slice_skip(dictionary, position(dictionary, name));

	return take_word(&s, name) && take_number(&s, out);
}

static int read_trailer(struct reader *r, struct err *why)
{
	struct slice s = slice_skip(r->pdf, r->entries + (size_t)r->count * XREF_LINE);
	uint64_t size;

	if (!take_word(&s, "trailer"))
		return broken(why, "no trailer");
	s = slice_take(s, position(s, "startxref"));
	if (position(s, "/Prev") != s.len)
		return broken(why, "it has been updated before");
	if (!number_of(s, "/Size", &size) || size != r->count || !number_of(s, "/Root", &r->root) || r->root == 0 ||
	    r->root >= r->count)
		return broken(why, "its trailer");
	if (!number_of(s, "/Info", &r->info) || r->info >= r->count)
		r->info = 0;
	return 0;
}

static int read_table(struct reader *r, struct err *why)
{
	size_t tail = r->pdf.len > TAIL ? r->pdf.len - TAIL : 0;
	struct slice s = slice_skip(r->pdf, tail);
	uint64_t at, first;

	s = slice_skip(s, position(s, "startxref"));
	if (!take_word(&s, "startxref") || !take_number(&s, &at) || at >= r->pdf.len)
		return broken(why, "no startxref");
	r->table = (size_t)at;
	s = slice_skip(r->pdf, r->table);
	if (!take_word(&s, "xref") || !take_number(&s, &first) || first != 0 || !take_number(&s, &r->count) ||
	    r->count > PDF_OBJECTS_MAX)
		return broken(why, "its table of cross-references");
	s = skip_blanks(s);
	if (s.len / XREF_LINE < r->count)
		return broken(why, "its table of cross-references is cut off");
	r->entries = r->pdf.len - s.len;
	return read_trailer(r, why);
}

/* The object from its number on, to the table at the latest; empty: free, or not where it should be. */
static struct slice object_at(const struct reader *r, uint64_t number)
{
	struct slice line = slice_take(slice_skip(r->pdf, r->entries + (size_t)number * XREF_LINE), XREF_LINE), s;
	uint64_t at, generation, same;

	if (!take_number(&line, &at) || !take_number(&line, &generation) || generation != 0 || !take_word(&line, "n") ||
	    at >= r->table)
		return slice_of(NULL, 0);
	s = slice_take(slice_skip(r->pdf, (size_t)at), r->table - (size_t)at);
	line = s;
	if (!take_number(&line, &same) || same != number || !take_number(&line, &generation) ||
	    !take_word(&line, "obj"))
		return slice_of(NULL, 0);
	return s;
}

/* What stands in the object's dictionary, without its brackets: "12 0 obj << THIS >> endobj". */
static bool dictionary_of(struct slice object, struct slice *out)
{
	struct slice s = slice_take(object, CATALOG_MAX);
	size_t open = position(s, "<<"), end = position(s, "endobj");

	if (end == s.len || open + 2 > end)
		return false;
	s = slice_trim(slice_take(slice_skip(s, open + 2), end - open - 2));
	if (s.len < 2 || s.ptr[s.len - 1] != '>' || s.ptr[s.len - 2] != '>')
		return false;
	*out = slice_take(s, s.len - 2);
	return position(*out, " obj") == out->len; /* else it runs into the next one */
}

/* ---------------------------------------------------------------------------------------------- writing */

struct writer {
	struct buffer objects, table;
	size_t base; /* where the objects will stand */
	bool bad;
};

static bool is_continuation(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* UTF-16 big endian in hexadecimal, with its mark. */
static void put_text(struct buffer *b, const char *text)
{
	struct slice s = slice_of_string(text);

	if (!slice_is_utf8(s))
		s.len = 0;
	buffer_put_string(b, "<FEFF");
	for (size_t i = 0; i < s.len;) {
		uint8_t lead = s.ptr[i++];
		uint32_t point = lead < 0x80   ? lead
				 : lead < 0xe0 ? lead & 0x1fU
				 : lead < 0xf0 ? lead & 0x0fU
					       : lead & 7U;

		for (; i < s.len && is_continuation(s.ptr[i]); i++)
			point = point << 6 | (s.ptr[i] & 0x3fU);
		if (point >= 0x10000)
			buffer_printf(b, "%04X%04X", 0xd800U + ((point - 0x10000) >> 10), 0xdc00U + (point & 0x3ffU));
		else
			buffer_printf(b, "%04X", point);
	}
	buffer_put_string(b, ">");
}

/* The object once more, with more in its dictionary: begun here, ended by end_object(). */
static bool begin_object(struct writer *w, uint64_t number, struct slice object)
{
	struct slice dictionary;

	if (!dictionary_of(object, &dictionary)) {
		w->bad = true;
		return false;
	}
	buffer_printf(&w->table, "%llu 1\n%010zu 00000 n \n", (unsigned long long)number, w->base + w->objects.len);
	buffer_printf(&w->objects, "%llu 0 obj\n<<", (unsigned long long)number);
	buffer_put_slice(&w->objects, dictionary);
	return true;
}

static void end_object(struct writer *w)
{
	buffer_put_string(&w->objects, "\n>>\nendobj\n");
}

/* What kind of element of the structure it is; empty: none. */
static struct slice element_kind(struct slice object)
{
	struct slice head = slice_take(object, HEAD), none = { 0 };
	size_t at = position(head, "/Type /StructElem"), end = 0;

	if (at == head.len)
		return none;
	head = slice_skip(head, at + 17);
	if (!take_word(&head, "/S") || !take_word(&head, "/"))
		return none;
	while (end < head.len && head.ptr[end] > ' ')
		end++;
	return slice_take(head, end);
}

static void add_to_element(struct writer *w, struct reader *r, uint64_t number, const struct pdf_additions *additions)
{
	struct slice object = object_at(r, number), kind = element_kind(object);
	bool figure = slice_is(kind, "Figure"), table = slice_is(kind, "Table");
	const char *text = NULL;

	if (figure || table) {
		text = r->numbered < additions->text_count ? additions->texts[r->numbered] : NULL;
		r->numbered++;
	}
	if (slice_is(kind, "TH") && begin_object(w, number, object)) {
		buffer_put_string(&w->objects, " /A << /O /Table /Scope /Column >>");
		end_object(w);
	} else if (text && *text && begin_object(w, number, object)) {
		buffer_put_string(&w->objects, figure ? " /Alt " : " /A << /O /Table /Summary ");
		put_text(&w->objects, text);
		buffer_put_string(&w->objects, figure ? "" : " >>");
		end_object(w);
	}
}

static void add_to_catalog(struct writer *w, struct reader *r, const struct pdf_additions *additions)
{
	if (!begin_object(w, r->root, object_at(r, r->root)))
		return;
	buffer_printf(&w->objects, "   /Lang (%s)\n   /ViewerPreferences << /DisplayDocTitle true >>",
		      additions->language);
	end_object(w);
}

static int append(struct buffer *pdf, size_t start, struct writer *w, const struct reader *r, struct err *why)
{
	size_t before = pdf->len, table;

	/* Only what cairo left out may be missing at the end of its file. */
	buffer_put_slice(pdf, buffer_slice(&w->objects));
	table = pdf->len - start;
	buffer_put_string(pdf, "xref\n0 1\n0000000000 65535 f \n");
	buffer_put_slice(pdf, buffer_slice(&w->table));
	buffer_printf(pdf, "trailer\n<< /Size %llu\n   /Root %llu 0 R\n", (unsigned long long)r->count,
		      (unsigned long long)r->root);
	if (r->info)
		buffer_printf(pdf, "   /Info %llu 0 R\n", (unsigned long long)r->info);
	buffer_printf(pdf, "   /Prev %zu\n>>\nstartxref\n%zu\n%%%%EOF\n", r->table, table);
	if (!pdf->failed && !w->objects.failed && !w->table.failed)
		return 0;
	pdf->len = before;
	return err_set(why, ERR_LIMIT, "no memory for the document, or it is larger than allowed");
}

int pdf_catalog_append(struct buffer *pdf, size_t start, const struct pdf_additions *additions, struct err *why)
{
	struct reader r = { .pdf = slice_skip(buffer_slice(pdf), start) };
	struct writer w = { .base = r.pdf.len };
	int rc = read_table(&r, why);

	if (rc == 0) {
		for (uint64_t i = 1; i < r.count; i++)
			add_to_element(&w, &r, i, additions);
		add_to_catalog(&w, &r, additions);
		if (w.bad)
			rc = broken(why, "an object of its structure");
		else if (r.numbered != additions->text_count)
			rc = broken(why, "its number of figures");
	}
	if (rc == 0)
		rc = append(pdf, start, &w, &r, why);
	buffer_release(&w.objects);
	buffer_release(&w.table);
	return rc;
}
