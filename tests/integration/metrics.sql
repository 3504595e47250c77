-- For test_metrics.sh: alerts without a collector, and the figures told once more, from nothing but alerts and spans, day
-- by day.

-- Alerts as the collector writes them, out of what figures look at; the other columns are the same for all.
CREATE SEQUENCE test_id START 1;
CREATE TABLE new_alert (company_id bigint, ts timestamptz, direction text, engine text, action text, n integer);
CREATE FUNCTION bring_alerts() RETURNS void LANGUAGE sql AS $$
    INSERT INTO alert (company_id, id, ts, received_at, event_time, sensor_id, kind, format, direction, engine, severity, score,
                       action, signature_id, signature, technique, stage, repeat_count, cluster_key, link_key, raw)
    SELECT company_id, nextval('test_id'), ts, ts, ts, 1, 'alert', 'eve', direction, engine, 5, 10, action, '1', 'test', '{}', 'none', n,
           0, 0, '\x00' FROM new_alert;
    DELETE FROM new_alert
$$;
-- Work for all alerts of these ids, in pieces of so many.
CREATE FUNCTION test_work(p_from bigint, p_piece integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to)
    SELECT company_id, min(id), max(id), min(ts), max(ts) FROM (
        SELECT company_id, id, ts, (row_number() OVER (PARTITION BY company_id ORDER BY id) - 1) / p_piece AS piece
        FROM alert WHERE id >= p_from) a GROUP BY company_id, piece;
    NOTIFY hinomi_work
$$;

CREATE FUNCTION local_day(p timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$ SELECT (p AT TIME ZONE 'Asia/Tokyo')::date $$;
-- Each monitored day of each company, once.
CREATE VIEW monitored_day AS
    SELECT DISTINCT company_id, d::date AS day FROM monitoring_span CROSS JOIN LATERAL
    generate_series(from_day::timestamp, least(to_day, local_day(now()))::timestamp, interval '1 day') d;
-- Each detection, by day.
CREATE VIEW detection AS
    SELECT company_id, local_day(ts) AS day, direction, engine, action, repeat_count AS n FROM alert WHERE kind = 'alert';

-- Lines "direction engine companies detections days", then "monitored companies days", then "outside detections".
CREATE FUNCTION naive_table(p_from date, p_to date, p_companies bigint[]) RETURNS SETOF text LANGUAGE sql AS $$
    WITH found AS (SELECT * FROM detection WHERE day BETWEEN p_from AND p_to AND company_id = ANY (p_companies)
                   AND direction IN ('inbound', 'outbound')),
    day AS (SELECT company_id, count(*) AS days FROM monitored_day WHERE day BETWEEN p_from AND p_to
            AND company_id = ANY (p_companies) GROUP BY 1),
    part AS (SELECT v.direction, v.engine, v.place, f.company_id, sum(f.n) AS n
             FROM (SELECT d.direction, e.engine, (d.place - 1) * 6 + e.place AS place
                   FROM unnest('{inbound,outbound}'::text[]) WITH ORDINALITY d (direction, place),
                        unnest('{total,ips,antivirus,web,dns,other}'::text[]) WITH ORDINALITY e (engine, place)) v
             LEFT JOIN found f ON f.direction = v.direction AND (v.engine = 'total' OR f.engine = v.engine)
             GROUP BY 1, 2, 3, 4)
    (SELECT format('%s %s %s %s %s', direction, engine, count(p.company_id), coalesce(sum(n), 0), coalesce(sum(days), 0))
     FROM part p LEFT JOIN day d USING (company_id) GROUP BY direction, engine, place ORDER BY place)
    UNION ALL
    SELECT format('monitored %s %s', count(*), coalesce(sum(days), 0)) FROM day
    UNION ALL
    SELECT format('outside %s', coalesce(sum(n), 0)) FROM found f LEFT JOIN monitoring_span s
    ON s.company_id = f.company_id AND f.day >= s.from_day AND f.day <= coalesce(s.to_day, f.day) WHERE s.span_id IS NULL
$$;

-- Lines "month company_id incidents detections days" and what is of company_month, of months that have anything.
CREATE FUNCTION naive_months(p_from date, p_to date, p_companies bigint[]) RETURNS SETOF text LANGUAGE sql AS $$
    WITH one AS (
        SELECT company_id, to_char(day, 'YYYY-MM') AS month, 0 AS incidents, n, 0 AS days, direction, engine, action
        FROM detection WHERE day BETWEEN p_from AND p_to
        UNION ALL SELECT company_id, to_char(day, 'YYYY-MM'), 0, 0, 1, '', '', '' FROM monitored_day WHERE day BETWEEN p_from AND p_to
        UNION ALL SELECT company_id, to_char(local_day(first_ts), 'YYYY-MM'), 1, 0, 0, '', '', '' FROM incident
        WHERE state <> 'merged' AND local_day(first_ts) BETWEEN p_from AND p_to
    )
    SELECT format('%s %s %s %s %s %s %s %s %s %s %s %s %s', month, company_id, sum(incidents), sum(n), sum(days),
                  coalesce(sum(n) FILTER (WHERE direction = 'inbound'), 0), coalesce(sum(n) FILTER (WHERE direction = 'outbound'), 0),
                  coalesce(sum(n) FILTER (WHERE direction = 'outbound' AND engine = 'web'), 0),
                  coalesce(sum(n) FILTER (WHERE direction IN ('internal', 'external', 'unknown')), 0),
                  coalesce(sum(n) FILTER (WHERE direction = 'inbound' AND action IN ('blocked', 'removed')), 0),
                  coalesce(sum(n) FILTER (WHERE direction = 'outbound' AND action IN ('blocked', 'removed')), 0),
                  coalesce(sum(n) FILTER (WHERE engine = 'antivirus'), 0),
                  coalesce(sum(n) FILTER (WHERE engine = 'antivirus' AND action IN ('blocked', 'removed')), 0))
    FROM one WHERE company_id = ANY (p_companies) GROUP BY month, company_id ORDER BY month, company_id
$$;

-- Lines "month companies days, inbound companies detections days, outbound the same, watched outbound, incidents".
CREATE FUNCTION naive_trend(p_from date, p_to date, p_companies bigint[]) RETURNS SETOF text LANGUAGE sql AS $$
    WITH cell AS (
        SELECT m.month, c.company_id,
               (SELECT count(*) FROM monitored_day d WHERE d.company_id = c.company_id AND to_char(d.day, 'YYYY-MM') = m.month) AS days,
               (SELECT coalesce(sum(n), 0) FROM detection d WHERE d.company_id = c.company_id AND to_char(d.day, 'YYYY-MM') = m.month
                AND direction = 'inbound') AS inbound,
               (SELECT coalesce(sum(n), 0) FROM detection d WHERE d.company_id = c.company_id AND to_char(d.day, 'YYYY-MM') = m.month
                AND direction = 'outbound') AS outbound,
               (SELECT count(*) FROM incident i WHERE i.company_id = c.company_id AND i.state <> 'merged'
                AND to_char(local_day(first_ts), 'YYYY-MM') = m.month) AS incidents
        FROM (SELECT DISTINCT to_char(d, 'YYYY-MM') AS month FROM generate_series(p_from::timestamp, p_to::timestamp, interval '1 day') d) m
        CROSS JOIN unnest(p_companies) c (company_id))
    SELECT format('%s %s %s %s %s %s %s %s %s %s', month, count(*) FILTER (WHERE days > 0), sum(days),
                  count(*) FILTER (WHERE inbound > 0), sum(inbound), coalesce(sum(days) FILTER (WHERE inbound > 0), 0),
                  count(*) FILTER (WHERE outbound > 0), sum(outbound), coalesce(sum(days) FILTER (WHERE outbound > 0), 0),
                  sum(incidents))
    FROM cell GROUP BY month ORDER BY month
$$;

-- What company_month has to be: as correlator.sql has it.
CREATE VIEW month_difference AS
    WITH by_day AS (
        SELECT company_id, to_char(day, 'YYYY-MM-01')::date AS month, x.of, sum(n)::bigint AS n
        FROM (SELECT company_id, day, direction, engine, action, detections AS n FROM company_day) d CROSS JOIN LATERAL (
            SELECT CASE WHEN direction IN ('inbound', 'outbound') THEN direction || '_' || engine ELSE 'elsewhere' END AS of
            UNION ALL SELECT direction || '_stopped' WHERE direction IN ('inbound', 'outbound') AND action NOT IN ('allowed', 'unknown')
            UNION ALL SELECT 'viruses' WHERE engine = 'antivirus'
            UNION ALL SELECT 'viruses_removed' WHERE engine = 'antivirus' AND action NOT IN ('allowed', 'unknown')) x
        GROUP BY 1, 2, 3
    ), by_month AS (
        SELECT m.company_id, m.month, j.key AS of, j.value::text::bigint AS n FROM company_month m CROSS JOIN LATERAL
        jsonb_each(to_jsonb(m) - 'company_id' - 'month') j WHERE j.value <> '0'
    )
    (SELECT * FROM by_day WHERE n <> 0 EXCEPT SELECT * FROM by_month)
    UNION ALL
    (SELECT * FROM by_month EXCEPT SELECT * FROM by_day);
-- company_day against all alerts.
CREATE VIEW day_difference AS
    SELECT * FROM (SELECT company_id, day, direction, engine, action, sum(n)::bigint AS scanned FROM detection GROUP BY 1, 2, 3, 4, 5) s
    FULL JOIN (SELECT company_id, day, direction, engine, action, sum(detections)::bigint AS kept FROM company_day GROUP BY 1, 2, 3, 4, 5) k
    USING (company_id, day, direction, engine, action) WHERE scanned IS DISTINCT FROM kept;
