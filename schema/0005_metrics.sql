-- 0005: indexes for figures over all companies (server/store/metrics.c).

-- company_day's key begins with the company; a table over one month of all companies wants the day first. The counts are
-- not in the index, so that adding to them stays a change within the page.
CREATE INDEX company_day_day ON company_day (day);
