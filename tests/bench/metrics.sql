-- For metrics.sh: 3,000 companies with :alerts alerts over the thirteen months before this one, and their counts as the
-- correlator keeps them. A tenth of the companies left meanwhile, half of them came back; five have a third of all
-- alerts.
SET synchronous_commit = off;
SET TIME ZONE 'Asia/Tokyo';
SELECT setseed(0.5);
INSERT INTO company (company_id, operator_id, name, member_no, industry, employees, area)
    SELECT n, (SELECT min(operator_id) FROM operator), 'Company ' || n, CASE WHEN n % 3 > 0 THEN 'M' || n END,
           (ARRAY['manufacturing', 'retail', 'services', 'building'])[1 + n % 4], 1 + n * 7 % 400, 'area ' || n % 5
    FROM generate_series(1, 3000) n;
CREATE TABLE bench_period AS SELECT (date_trunc('month', now()) - interval '13 months')::date AS from_day,
                                    date_trunc('month', now())::date - 1 AS to_day;
INSERT INTO monitoring_span (company_id, from_day, to_day)
    SELECT n, from_day - 30 - n % 300, CASE WHEN n % 10 = 0 THEN from_day + n % 390 END FROM bench_period, generate_series(1, 3000) n;
INSERT INTO monitoring_span (company_id, from_day) SELECT n, from_day + n % 390 + 20 FROM bench_period, generate_series(20, 3000, 20) n;
-- Months as partitions of their own, which need not outlive a crash; no figure here looks anything up by an index of alert.
DROP INDEX alert_company_ts, alert_ts;
ALTER TABLE alert DROP CONSTRAINT alert_pkey;
SELECT alert_partition_create(m::date) FROM bench_period, generate_series(from_day - interval '1 month', to_day, '1 month') m;
DO $$
DECLARE
    name regclass;
BEGIN
    FOR name IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'alert'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET UNLOGGED', name);
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name);
    END LOOP;
END
$$;
INSERT INTO alert (company_id, id, ts, received_at, sensor_id, kind, format, direction, engine, severity, score, action, technique,
                   stage, repeat_count, cluster_key, link_key, raw)
    SELECT CASE WHEN n % 3 = 0 THEN 1 + n * 31 % 15 * 200 ELSE 1 + n / 3 * 7919 % 3000 END, n, at, at, 1, 'alert', '', direction,
           CASE WHEN direction = 'outbound' THEN CASE WHEN n % 7 = 0 THEN 'web' ELSE 'ips' END
                ELSE CASE n % 20 WHEN 1 THEN 'antivirus' WHEN 2 THEN 'web' WHEN 4 THEN 'dns' ELSE 'ips' END END,
           5, 0, CASE WHEN n % 5 = 0 THEN 'allowed' ELSE 'blocked' END, '{}', 'none', 1, 0, 0, ''
    FROM (SELECT n, from_day + (n * 104729 % ((to_day - from_day + 1) * 86400::bigint)) * interval '1 second' AS at,
                 CASE WHEN n % 3 = 1 AND n % 11 = 0 AND n % 2 = 0 THEN 'outbound' WHEN n % 8 = 7 THEN 'internal'
                      ELSE 'inbound' END AS direction
          FROM bench_period, generate_series(1, :alerts::bigint) n) s;
INSERT INTO company_day SELECT company_id, (ts AT TIME ZONE 'Asia/Tokyo')::date, direction, engine, severity, action, sum(repeat_count)
    FROM alert WHERE kind = 'alert' GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO company_month (company_id, month, inbound_ips, inbound_antivirus, inbound_web, inbound_dns, outbound_ips, outbound_web, elsewhere,
                           inbound_stopped, outbound_stopped, viruses, viruses_removed)
    SELECT company_id, date_trunc('month', day::timestamp)::date,
           coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'ips'), 0),
           coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'antivirus'), 0),
           coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'web'), 0),
           coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND engine = 'dns'), 0),
           coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'ips'), 0),
           coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND engine = 'web'), 0),
           coalesce(sum(detections) FILTER (WHERE direction = 'internal'), 0),
           coalesce(sum(detections) FILTER (WHERE direction = 'inbound' AND action = 'blocked'), 0),
           coalesce(sum(detections) FILTER (WHERE direction = 'outbound' AND action = 'blocked'), 0),
           coalesce(sum(detections) FILTER (WHERE engine = 'antivirus'), 0),
           coalesce(sum(detections) FILTER (WHERE engine = 'antivirus' AND action = 'blocked'), 0)
    FROM company_day GROUP BY 1, 2;
ANALYZE;
