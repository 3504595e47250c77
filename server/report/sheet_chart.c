#include "server/report/sheet_inner.h"

void sheet_bars(struct sheet *s, const char *alt, const struct sheet_bar *bars, size_t count, double height)
{
	(void)bars, (void)count;
	sheet_need(s, height);
	sheet_described(s, "Figure", alt);
	sheet_frame(s, s->left, s->y, s->right - s->left, height, 0.5, 0.5);
	sheet_tag_end(s, "Figure");
	sheet_move_to(s, s->y + height + 4);
}

void sheet_lines(struct sheet *s, const char *alt, const char *const *labels, size_t count,
		 const struct sheet_line *lines, size_t line_count, double height)
{
	(void)labels, (void)count, (void)lines, (void)line_count;
	sheet_bars(s, alt, NULL, 0, height);
}
