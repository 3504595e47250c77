#include "server/model/billing.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------- making */

/* Of the contracts of one company. */
static struct billing_line make_line(const struct billing_contract *contracts, size_t count,
				     const struct tax_rate *rates, size_t rate_count)
{
	const struct billing_contract *last = &contracts[count - 1];
	struct billing_line line = { .contract = *last };

	for (size_t i = 0; i < count; i++) {
		line.days += contracts[i].days;
		if (contracts[i].plan_id != last->plan_id || contracts[i].is_member != last->is_member)
			line.changed = true;
	}
	line.price = contract_price_at(last->yen, rates, rate_count, last->last_day);
	line.over_cap = contract_over_cap((int)last->service_class, last->yen);
	return line;
}

static void add(struct billing_total *total, const struct contract_price *price)
{
	total->companies++;
	total->yen += price->yen;
	if (price->taxed < 0 || total->taxed < 0)
		total->taxed = -1;
	else
		total->taxed += price->taxed;
}

static struct billing_total *total_of(struct billing_list *list, const struct billing_contract *c)
{
	size_t i = 0;

	while (i < list->total_count &&
	       (list->totals[i].plan_id != c->plan_id || list->totals[i].is_member != c->is_member))
		i++;
	if (i == list->total_count)
		list->totals[list->total_count++] =
		    (struct billing_total){ .plan_id = c->plan_id, .plan = c->plan, .is_member = c->is_member };
	return &list->totals[i];
}

static int compare(const void *a, const void *b)
{
	const struct billing_total *x = a, *y = b;
	int order = strcmp(x->plan, y->plan);

	if (order == 0)
		order = (x->plan_id > y->plan_id) - (x->plan_id < y->plan_id);
	return order ? order : (int)y->is_member - (int)x->is_member;
}

bool billing_make(const char *month, const struct billing_contract *contracts, size_t count,
		  const struct tax_rate *rates, size_t rate_count, struct pool *pool, struct billing_list *out)
{
	*out = (struct billing_list){ .month = month };
	out->lines = pool_take_array(pool, count + 1, sizeof(*out->lines));
	out->totals = pool_take_array(pool, count + 1, sizeof(*out->totals));
	if (!out->lines || !out->totals)
		return false;
	for (size_t from = 0, to; from < count; from = to) {
		struct billing_line *line = &out->lines[out->count++];

		for (to = from + 1; to < count && contracts[to].company_id == contracts[from].company_id; to++)
			;
		*line = make_line(&contracts[from], to - from, rates, rate_count);
		add(total_of(out, &line->contract), &line->price);
		add(&out->all, &line->price);
	}
	qsort(out->totals, out->total_count, sizeof(*out->totals), compare);
	return true;
}

/* ---------------------------------------------------------------------------------------------- writing */

static double percent(const struct contract_price *price)
{
	return (double)price->tax_hundredths / 100;
}

static void write_line(const struct billing_line *line, struct json_writer *w)
{
	const struct billing_contract *c = &line->contract;
	bool taxed = line->price.taxed >= 0;

	json_open_object(w, NULL);
	json_put_integer(w, "company_id", c->company_id);
	json_put_string(w, "company", c->company);
	json_put_string(w, "member_no", c->member_no);
	json_put_string(w, "plan", c->plan);
	json_put_bool(w, "is_member", c->is_member);
	json_put_string(w, "from_day", c->from_day);
	json_put_string(w, "to_day", c->to_day);
	json_put_integer(w, "days", line->days);
	json_put_integer(w, "yen", line->price.yen);
	if (taxed)
		json_put_real(w, "tax_percent", percent(&line->price));
	else
		json_put_null(w, "tax_percent");
	json_put_known(w, "tax", taxed, line->price.taxed - line->price.yen);
	json_put_known(w, "yen_taxed", taxed, line->price.taxed);
	json_put_bool(w, "changed", line->changed);
	json_open_array(w, "warnings");
	if (line->over_cap)
		json_put_string(w, NULL, "over_cap");
	json_close_array(w);
	json_close_object(w);
}

static void write_sums(const struct billing_total *total, struct json_writer *w)
{
	json_put_integer(w, "companies", total->companies);
	json_put_integer(w, "yen", total->yen);
	json_put_known(w, "yen_taxed", total->taxed >= 0, total->taxed);
}

void billing_write(const struct billing_list *list, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_put_string(w, "month", list->month);
	json_open_array(w, "lines");
	for (size_t i = 0; i < list->count; i++)
		write_line(&list->lines[i], w);
	json_close_array(w);
	json_open_array(w, "totals");
	for (size_t i = 0; i < list->total_count; i++) {
		json_open_object(w, NULL);
		json_put_string(w, "plan", list->totals[i].plan);
		json_put_bool(w, "is_member", list->totals[i].is_member);
		write_sums(&list->totals[i], w);
		json_close_object(w);
	}
	json_close_array(w);
	write_sums(&list->all, w);
	json_close_object(w);
}

void billing_csv(const struct billing_list *list, struct csv_writer *w)
{
	csv_heading(w, "month,company_id,company,member_no,plan,is_member,from_day,to_day,days,yen,tax_percent,tax,"
		       "yen_taxed,changed,warnings");
	for (size_t i = 0; i < list->count; i++) {
		const struct billing_line *line = &list->lines[i];
		const struct billing_contract *c = &line->contract;
		bool taxed = line->price.taxed >= 0;

		csv_text(w, list->month);
		csv_integer(w, c->company_id);
		csv_text(w, c->company);
		csv_text(w, c->member_no);
		csv_text(w, c->plan);
		csv_text(w, c->is_member ? "yes" : "no");
		csv_text(w, c->from_day);
		csv_text(w, c->to_day);
		csv_integer(w, line->days);
		csv_integer(w, line->price.yen);
		if (taxed)
			csv_real(w, percent(&line->price));
		else
			csv_text(w, NULL);
		csv_known(w, taxed, line->price.taxed - line->price.yen);
		csv_known(w, taxed, line->price.taxed);
		csv_text(w, line->changed ? "yes" : "no");
		csv_text(w, line->over_cap ? "over_cap" : NULL);
		csv_end_line(w);
	}
}
