#include "server/api/certificate_check_page.h"

#include "server/api/plain_page.h"
#include "server/api/typed_text.h"

static const char *say(const struct certificate_check_facts *f, const char *ja, const char *en)
{
	return plain_page_say(f->japanese, ja, en);
}

static void put_header(struct buffer *out, const struct certificate_check_facts *f)
{
	const char *other = f->japanese ? "en" : "ja";

	buffer_put_string(out, "<header><span>");
	plain_page_text(out, f->operator_name);
	buffer_printf(out, "</span><a href=\"/verify?lang=%s\" lang=\"%s\">%s</a></header>", other, other,
		      f->japanese ? "English" : "日本語");
}

static void put_note(struct buffer *out, bool good, const char *head, const char *text)
{
	plain_page_note(out, good ? "done" : "wait", head);
	buffer_put_string(out, text);
	buffer_put_string(out, "</div>");
}

static void put_result(struct buffer *out, const struct certificate_check_facts *f)
{
	switch (f->result) {
	case CERTIFICATE_VALID:
		put_note(
		    out, true, say(f, "✓ 有効です", "✓ Valid"),
		    say(f, "この番号とコードの証明書は、発行されており、有効期間内で、取り消されていません。",
			"A certificate with this number and code was issued, has not run out, and was not revoked."));
		break;
	case CERTIFICATE_NOT_VALID:
		put_note(
		    out, false, say(f, "✕ 有効と確認できません", "✕ Not confirmed as valid"),
		    say(f,
			"番号とコードをもう一度お確かめください。正しく入力してもこの表示になるときは、証明書を提出した"
			"会社にお尋ねください。",
			"Please check number and code once more. If they are as on the paper, ask whoever gave it to "
			"you."));
		break;
	case CERTIFICATE_TOO_MANY:
		put_note(out, false, say(f, "しばらく待ってください", "Please wait a moment"),
			 say(f, "短い間に何度も確認されました。少し待ってから、もう一度お試しください。",
			     "There were too many checks within a short time. Please try again a little later."));
		break;
	case CERTIFICATE_NOT_ASKED:
		break;
	}
}

static void put_form(struct buffer *out, const struct certificate_check_facts *f)
{
	buffer_printf(
	    out,
	    "<form class=\"fields\" method=\"post\" action=\"/verify?lang=%s\"><label for=\"number\">%s</label>"
	    "<input id=\"number\" name=\"number\" autocomplete=\"off\" maxlength=\"40\" required "
	    "placeholder=\"KM-123\" value=\"",
	    f->japanese ? "ja" : "en", say(f, "証明書の番号", "Number of the certificate"));
	plain_page_text(out, f->number);
	buffer_printf(out,
		      "\"><label for=\"code\">%s</label><input id=\"code\" name=\"code\" autocomplete=\"off\" "
		      "maxlength=\"80\" required placeholder=\"XXXX-XXXX-XXXX-XXXX\">"
		      "<button class=\"go\" type=\"submit\">%s</button></form>",
		      say(f, "確認コード（16 文字）", "Code (16 letters and digits)"), say(f, "確認する", "Check"));
}

void certificate_check_page_write(const struct certificate_check_facts *f, struct buffer *out)
{
	const char *title = say(f, "継続監視証明書の確認", "Check a certificate of continuous monitoring");

	plain_page_head(out, f->japanese, true, title);
	put_header(out, f);
	buffer_printf(out, "<main><h1>%s</h1>", title);
	put_result(out, f);
	buffer_printf(
	    out, "<p>%s</p>",
	    say(f, "証明書に書かれた番号と確認コードを入力してください。有効かどうかだけをお答えします。",
		"Type in number and code as they stand on the certificate. You are told whether it is valid, and "
		"nothing else."));
	put_form(out, f);
	buffer_printf(
	    out, "<p class=\"small\">%s</p>",
	    say(f,
		"この画面が確かめるのは番号とコードだけです。書面の会社名や数字が書き換えられていないかは、"
		"提出した会社から直接受け取った PDF でお確かめください。",
		"Number and code are all that is checked here. To be sure that no name or figure on the paper was "
		"altered, have the company itself send you the PDF."));
	buffer_put_string(out, "</main>");
	plain_page_questions(out, f->japanese, f->desk_phone);
	buffer_put_string(out, "</body></html>\n");
}

int64_t certificate_check_number(const char *text)
{
	char typed[24];
	struct slice digits;
	int64_t number;

	if (!typed_text(text, typed, sizeof(typed)))
		return 0;
	digits = slice_of_string(typed);
	if (slice_starts_with(digits, "KM"))
		digits = slice_skip(digits, 2);
	return slice_to_int64(digits, &number) && number > 0 ? number : 0;
}

void certificate_check_code(const char *text, char out[CERTIFICATE_CHECK_CODE_SIZE])
{
	if (!typed_text(text, out, CERTIFICATE_CHECK_CODE_SIZE) || strlen(out) != CERTIFICATE_CHECK_CODE_SIZE - 1)
		out[0] = '\0';
}
