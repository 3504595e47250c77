-- For test_correlator.sh: alerts to correlate, and the definition of what must come out of them, written without any
-- of the correlator's means: islands by window functions, components by spreading labels until nothing changes.

-- ------------------------------------------------------------------------------------------------- the definition
-- Alert and key, with the number of the island of that key which it lies in. The window is an hour.
CREATE VIEW island_member AS
    WITH mark AS (
        SELECT company_id, id, ts, cluster_key AS key, true AS is_cluster FROM alert WHERE kind = 'alert'
        UNION ALL
        SELECT company_id, id, ts, link_key, false FROM alert WHERE kind = 'alert' AND link_key <> 0
    ), edge AS (
        SELECT *, coalesce(ts - lag(ts) OVER k > interval '1 hour', true) AS starts FROM mark
        WINDOW k AS (PARTITION BY company_id, key ORDER BY ts, id)
    )
    SELECT company_id, id, ts, key, is_cluster,
           count(*) FILTER (WHERE starts) OVER (PARTITION BY company_id, key ORDER BY ts, id) AS island
    FROM edge;

-- Label of each alert: the lowest alert id of its component.
CREATE TABLE label (company_id bigint, id bigint, label bigint, PRIMARY KEY (company_id, id));
CREATE FUNCTION spread_labels() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    changed bigint := 1;
BEGIN
    CREATE TEMP TABLE member ON COMMIT DROP AS SELECT * FROM island_member;
    TRUNCATE label;
    INSERT INTO label SELECT DISTINCT company_id, id, id FROM member;
    WHILE changed > 0 LOOP
        WITH lowest AS (
            SELECT m.company_id, m.key, m.island, min(l.label) AS label
            FROM member m JOIN label l USING (company_id, id) GROUP BY 1, 2, 3
        ), wanted AS (
            SELECT m.company_id, m.id, min(w.label) AS label
            FROM member m JOIN lowest w USING (company_id, key, island) GROUP BY 1, 2
        )
        UPDATE label l SET label = w.label FROM wanted w
        WHERE w.company_id = l.company_id AND w.id = l.id AND w.label < l.label;
        GET DIAGNOSTICS changed = ROW_COUNT;
    END LOOP;
    DROP TABLE member;
END
$$;

CREATE VIEW expected AS
    WITH counted AS (
        SELECT a.*, l.label, CASE WHEN direction = 'outbound' AND score > 20 THEN least(severity, 2) ELSE severity END AS weight,
               array_position(ARRAY['none', 'reconnaissance', 'delivery', 'exploitation', 'installation',
                                    'command-and-control', 'actions'], stage) AS far
        FROM alert a JOIN label l USING (company_id, id)
    )
    SELECT company_id, label, min(ts) AS first_ts, max(ts) AS last_ts,
           (array_agg(stage ORDER BY far DESC))[1] AS stage,
           CASE WHEN bool_and(direction = 'inbound' AND action IN ('blocked', 'removed')) THEN greatest(min(weight), 4)
                ELSE min(weight) END AS severity,
           (array_agg(signature ORDER BY weight, ts, signature COLLATE "C"))[1] AS title,
           count(*) AS alert_count, sum(repeat_count) AS detection_count,
           count(*) FILTER (WHERE action IN ('blocked', 'removed')) AS blocked_count
    FROM counted GROUP BY company_id, label;

-- -------------------------------------------------------------------------------------------------- what came out
CREATE VIEW membership AS
    SELECT a.company_id, a.id, g.incident_id
    FROM alert a LEFT JOIN incident_segment g ON g.company_id = a.company_id AND g.key = a.cluster_key AND g.is_cluster
         AND a.ts BETWEEN g.first_ts AND g.last_ts
    WHERE a.kind = 'alert';

CREATE VIEW incident_difference AS
    WITH wanted AS (
        SELECT company_id, first_ts, last_ts, stage, severity, title, alert_count, detection_count, blocked_count
        FROM expected
    ), got AS (
        SELECT company_id, first_ts, last_ts, stage, severity, title, alert_count, detection_count, blocked_count
        FROM incident WHERE state <> 'merged'
    )
    (SELECT 'missing', * FROM wanted EXCEPT ALL SELECT 'missing', * FROM got)
    UNION ALL
    (SELECT 'unexpected', * FROM got EXCEPT ALL SELECT 'unexpected', * FROM wanted);

-- Two alerts are in one incident exactly when they have one label; an alert is in exactly one incident.
CREATE VIEW membership_difference AS
    SELECT 'label', l.company_id, l.label FROM label l LEFT JOIN membership m USING (company_id, id)
    GROUP BY l.company_id, l.label HAVING count(DISTINCT m.incident_id) <> 1 OR count(*) <> count(m.incident_id)
    UNION ALL
    SELECT 'incident', m.company_id, m.incident_id FROM membership m JOIN label l USING (company_id, id)
    GROUP BY m.company_id, m.incident_id HAVING count(DISTINCT l.label) <> 1;

-- company_day and what is still in work, against all alerts; one statement sees one state of the database.
CREATE VIEW count_difference AS
    WITH scan AS (
        SELECT company_id, (ts AT TIME ZONE 'Asia/Tokyo')::date AS day, direction, engine, severity, action,
               sum(repeat_count)::bigint AS n
        FROM alert WHERE kind = 'alert' GROUP BY 1, 2, 3, 4, 5, 6
    ), kept AS (
        SELECT company_id, day, direction, engine, severity, action, sum(n)::bigint AS n FROM (
            SELECT company_id, day, direction, engine, severity, action, detections AS n FROM company_day
            UNION ALL
            SELECT a.company_id, (a.ts AT TIME ZONE 'Asia/Tokyo')::date, a.direction, a.engine, a.severity, a.action,
                   a.repeat_count
            FROM work w JOIN alert a ON a.company_id = w.company_id AND a.id BETWEEN w.id_from AND w.id_to
            WHERE a.kind = 'alert') parts
        GROUP BY 1, 2, 3, 4, 5, 6
    )
    (SELECT 'missing', * FROM scan EXCEPT SELECT 'missing', * FROM kept)
    UNION ALL
    (SELECT 'unexpected', * FROM kept EXCEPT SELECT 'unexpected', * FROM scan);

-- What `hinomictl metrics detections` has to print, from all alerts.
CREATE VIEW detections_scanned AS
    SELECT direction, coalesce(engine, 'total') AS engine, count(DISTINCT company_id) AS companies,
           sum(repeat_count) AS detections
    FROM alert WHERE kind = 'alert' AND direction IN ('inbound', 'outbound')
    GROUP BY GROUPING SETS ((direction, engine), (direction));

CREATE VIEW number_gap AS
    SELECT company_id, count(*), max(no), min(no) FROM incident i GROUP BY company_id
    HAVING count(*) <> max(no) OR min(no) <> 1
        OR max(no) <> (SELECT last_no FROM incident_seq q WHERE q.company_id = i.company_id);

-- ---------------------------------------------------------------------------------------------------- the alerts
-- A number from 0 to below, always the same for the same arguments.
CREATE FUNCTION dice(p_seed text, p_below integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT (('x' || substr(md5(p_seed), 1, 7))::bit(28)::integer) % p_below
$$;

CREATE FUNCTION insert_alert(p_company bigint, p_id bigint, p_ts timestamptz, p_cluster bigint, p_link bigint,
                             p_direction text, p_severity integer, p_score integer, p_action text, p_stage text,
                             p_signature text, p_repeat integer, p_kind text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO alert (company_id, id, ts, received_at, sensor_id, kind, format, direction, engine, severity, score,
                       action, signature, technique, stage, inside_ip, attacker_ip, repeat_count, cluster_key, link_key,
                       raw)
    VALUES (p_company, p_id, p_ts, now(), 1, p_kind, 'eve', p_direction, 'ips', p_severity, p_score, p_action,
            p_signature, '{}', p_stage, '192.168.1.10', '203.0.113.9', p_repeat, p_cluster, p_link, '')
$$;

-- All of them, to begin anew from.
CREATE TABLE stock (LIKE alert);
CREATE INDEX ON stock (company_id, id);

-- A month of them, ids from p_first on, 1 in 40 unparsed.
CREATE FUNCTION some_alerts(p_company bigint, p_first bigint, p_count integer) RETURNS void LANGUAGE sql AS $$
    SELECT insert_alert(p_company, i, timestamptz '2026-10-01 00:00+09' + dice('t' || i, 2592000) * interval '1 second',
        CASE WHEN dice('k' || i, 40) = 0 THEN 0 WHEN dice('d' || i, 5) = 0 THEN 900 + dice('c' || i, 3)
             ELSE 100 + dice('c' || i, 12) END,
        CASE WHEN dice('k' || i, 40) = 0 OR dice('d' || i, 5) = 0 OR dice('l' || i, 3) > 0 THEN 0
             ELSE 500 + dice('m' || i, 6) END,
        CASE WHEN dice('d' || i, 5) = 0 THEN 'outbound' ELSE 'inbound' END,
        1 + dice('s' || i, 5), dice('o' || i, 100), (ARRAY['allowed', 'blocked', 'removed', 'blocked'])[1 + dice('a' || i, 4)],
        (ARRAY['none', 'reconnaissance', 'exploitation', 'actions'])[1 + dice('g' || i, 4)],
        (ARRAY['scan', 'a "quoted" \ one', 'beacon', '不審な通信'])[1 + dice('n' || i, 4)], 1 + dice('r' || i, 3),
        CASE WHEN dice('k' || i, 40) = 0 THEN 'unparsed' ELSE 'alert' END)
    FROM generate_series(p_first, p_first + p_count - 1) AS i
$$;

CREATE FUNCTION put_work(p_company bigint, p_from bigint, p_to bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to)
    SELECT p_company, p_from, p_to, min(ts), max(ts) FROM alert
    WHERE company_id = p_company AND id BETWEEN p_from AND p_to HAVING count(*) > 0;
    NOTIFY hinomi_work
$$;

CREATE FUNCTION make_alerts(p_companies integer, p_count integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR c IN 1 .. p_companies LOOP
        PERFORM some_alerts(c, c * 10000, p_count);
    END LOOP;
    INSERT INTO stock SELECT * FROM alert;
END
$$;

CREATE FUNCTION more_alerts(p_first bigint, p_count integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c bigint;
BEGIN
    FOR c IN SELECT DISTINCT company_id FROM alert LOOP
        PERFORM some_alerts(c, p_first + c * 1000, p_count);
        PERFORM put_work(c, p_first + c * 1000, p_first + c * 1000 + p_count - 1);
    END LOOP;
END
$$;

-- Pieces of so many ids, in an order that has nothing to do with time.
CREATE FUNCTION pieces(p_size integer) RETURNS TABLE (company_id bigint, piece bigint) LANGUAGE sql AS $$
    SELECT company_id, piece FROM (SELECT DISTINCT company_id, id - id % p_size AS piece FROM stock) p
    ORDER BY md5(piece::text || p_size)
$$;

-- Tables in the order in which the correlator comes to them.
CREATE FUNCTION forget() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE work, alert, incident IN ACCESS EXCLUSIVE MODE;
    TRUNCATE work, alert, incident, incident_segment, incident_event, incident_seq, company_day, change;
END
$$;

-- As the collector does it: alerts and their work in one transaction.
CREATE FUNCTION deliver(p_company bigint, p_piece bigint, p_size integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO alert SELECT * FROM stock WHERE company_id = p_company AND id BETWEEN p_piece AND p_piece + p_size - 1;
    SELECT put_work(p_company, p_piece, p_piece + p_size - 1)
$$;

CREATE FUNCTION start_over(p_size integer) RETURNS void LANGUAGE sql AS $$
    SELECT forget();
    SELECT deliver(company_id, piece, p_size) FROM pieces(p_size)
$$;

-- Two alerts of one cluster, three half windows apart; later one between them, and one that goes on.
CREATE FUNCTION single(p_company bigint, p_id bigint, p_minute integer) RETURNS void LANGUAGE sql AS $$
    SELECT insert_alert(p_company, p_id, timestamptz '2026-10-01 00:00Z' + p_minute * interval '1 minute', 5, 0,
                        'inbound', 3, 50, 'allowed', 'delivery', 'scan', 1, 'alert');
    SELECT put_work(p_company, p_id, p_id)
$$;
CREATE FUNCTION two_incidents(p_company bigint) RETURNS void LANGUAGE sql AS $$
    SELECT single(p_company, 900001, 0);
    SELECT single(p_company, 900002, 90)
$$;
CREATE FUNCTION bridge(p_company bigint) RETURNS void LANGUAGE sql AS $$ SELECT single(p_company, 900003, 45) $$;
CREATE FUNCTION go_on(p_company bigint) RETURNS void LANGUAGE sql AS $$ SELECT single(p_company, 900004, 149) $$;
