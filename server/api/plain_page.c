#include "server/api/plain_page.h"

#include "lib/encode.h"

#include <openssl/evp.h>
#include <stdlib.h>

/* Dark for staff: whoever is woken looks at it with wide eyes. A member reads it in the office, and chooses. Buttons to
 * answer stick to the lower edge, where the thumb is; forms to fill in stand in the text. */
static const char style[] =
    ":root{color-scheme:dark;--ground:#0b0e12;--raised:#171c23;--line:#343c47;--text:#eef1f5;--soft:#b3bcc8;"
    "--good:#1c6b48;--bad:#7d3a1a;--link:#8fc0ff}"
    "@media(prefers-color-scheme:light){.day{color-scheme:light;--ground:#f7f8fa;--raised:#fff;--line:#c9d0d8;"
    "--text:#16191d;--soft:#4d5763;--link:#0b57b0}}"
    "*{box-sizing:border-box}"
    "html{-webkit-text-size-adjust:100%}"
    "body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--ground);"
    "color:var(--text);font:17px/1.55 system-ui,-apple-system,'Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',"
    "sans-serif;overflow-wrap:anywhere}"
    "header,main,footer{width:100%;max-width:560px;margin:0 auto;padding:12px 16px}"
    "header{display:flex;justify-content:space-between;align-items:center;gap:12px;color:var(--soft);font-size:14px;"
    "padding-bottom:0}"
    "header a{padding:10px 0 10px 12px}"
    "a{color:var(--link)}"
    "main{flex:1}"
    "h1{font-size:23px;line-height:1.35;margin:6px 0 12px}"
    ".severity{display:inline-flex;align-items:center;gap:8px;font-weight:700;font-size:18px}"
    ".s1{color:#ff8a80}.s2{color:#ffb066}.s3{color:#ffd866}.s4,.s5{color:#b9c4d0}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:6px 14px;margin:0}"
    "dt{color:var(--soft)}dd{margin:0}"
    ".note{background:var(--raised);border:1px solid var(--line);border-left-width:6px;border-radius:10px;"
    "padding:12px 14px;margin:0 0 16px}"
    ".note b{display:block;font-size:20px;line-height:1.4}"
    ".note.done{border-left-color:#4cc38a}.note.wait{border-left-color:#ffb066}"
    ".message{white-space:pre-wrap;background:var(--raised);border:1px solid var(--line);border-radius:10px;"
    "padding:14px 16px;margin:0}"
    "footer{position:sticky;bottom:0;background:var(--ground);border-top:1px solid var(--line);"
    "padding-bottom:calc(14px + env(safe-area-inset-bottom))}"
    "footer p{margin:0 0 10px;color:var(--soft);font-size:15px}"
    "form{display:flex;gap:12px;margin:0}"
    "form.fields{display:block;margin:22px 0}"
    "label{display:block;margin:0 0 4px;font-weight:700}"
    "input{width:100%;font:inherit;font-size:22px;padding:10px 12px;margin:0 0 14px;border:2px solid var(--soft);"
    "border-radius:10px;background:var(--raised);color:var(--text)}"
    "input:focus-visible{outline:3px solid var(--link);outline-offset:1px}"
    ".digits{letter-spacing:.3em;max-width:11em}"
    "form.fields button,main .open{width:100%;min-height:60px;margin:0 0 22px}"
    ".go{background:#1f4f8f}button.second,.open.second{background:transparent;border-color:var(--soft);color:var(--"
    "text)}"
    ".small{color:var(--soft);font-size:15px}"
    "button,.open{flex:1 1 0;min-width:0;min-height:88px;border:2px solid transparent;border-radius:14px;"
    "font:inherit;font-size:20px;font-weight:700;line-height:1.3;color:#fff;padding:8px;cursor:pointer;"
    "text-align:center;text-decoration:none;display:flex;flex-direction:column;align-items:center;"
    "justify-content:center}"
    "button span{font-size:26px;line-height:1.1}"
    ".ack{background:var(--good)}.decline{background:var(--bad)}.open{background:#1f4f8f;min-height:64px}"
    "button:focus-visible,.open:focus-visible,a:focus-visible{outline:3px solid #fff;outline-offset:2px}";

void plain_page_text(struct buffer *out, const char *text)
{
	if (text)
		html_encode(out, slice_of_string(text));
}

bool plain_page_has(const char *text)
{
	return text && *text;
}

const char *plain_page_say(bool japanese, const char *ja, const char *en)
{
	return japanese ? ja : en;
}

void plain_page_naming(struct buffer *out, const char *text, const char *name)
{
	const char *gap = strstr(text, "{}");

	if (!gap) {
		buffer_put_string(out, text);
		return;
	}
	buffer_put(out, text, (size_t)(gap - text));
	plain_page_text(out, name);
	buffer_put_string(out, gap + 2);
}

void plain_page_head(struct buffer *out, bool japanese, bool day, const char *title)
{
	buffer_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\"%s><head><meta charset=\"utf-8\">",
		      japanese ? "ja" : "en", day ? " class=\"day\"" : "");
	buffer_put_string(out,
			  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1,viewport-fit=cover\">"
			  "<meta name=\"robots\" content=\"noindex,nofollow\"><meta name=\"format-detection\" "
			  "content=\"telephone=no\"><title>");
	plain_page_text(out, title);
	buffer_put_string(out, "</title><style>");
	buffer_put_string(out, style);
	buffer_put_string(out, "</style></head><body>");
}

void plain_page_note(struct buffer *out, const char *kind, const char *head)
{
	buffer_printf(out, "<div class=\"note %s\" role=\"status\"><b>", kind);
	buffer_put_string(out, head);
	buffer_put_string(out, "</b>");
}

/* CSP level 3, section 2.3.1: the style sheet is named by its hash, so that nothing that slips into the page counts as
 * one. */
static void put_policy(struct buffer *out)
{
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (EVP_Digest(style, sizeof(style) - 1, hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	buffer_put_string(out, "default-src 'none'; style-src 'sha256-");
	base64_encode(out, slice_of(hash, 32));
	buffer_put_string(out, "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
}

void plain_page_headers(struct http_reply *reply, bool japanese)
{
	struct buffer policy = { 0 };

	put_policy(&policy);
	reply->content_type = "text/html; charset=utf-8";
	http_reply_header(reply, "Content-Security-Policy", buffer_string(&policy));
	http_reply_header(reply, "Content-Language", japanese ? "ja" : "en");
	http_reply_header(reply, "Cache-Control", "no-store");
	http_reply_header(reply, "X-Robots-Tag", "noindex, nofollow, noarchive");
	buffer_release(&policy);
}

void plain_page_questions(struct buffer *out, bool japanese, const char *desk_phone)
{
	if (!plain_page_has(desk_phone))
		return;
	buffer_put_string(out, "<footer><p>");
	plain_page_naming(out, plain_page_say(japanese, "お問い合わせ: {}", "Questions: {}"), desk_phone);
	buffer_put_string(out, "</p></footer>");
}
