-- For test_correlator.sh: alerts to correlate, and the definition of what must come out of them, written without any
-- of the correlator's means: islands by window functions, components by spreading labels until nothing changes.

-- ---------------------------------------------------------------------------------------------------- correlations
-- The rules of rules.yml in test_correlator.sh, as they are in force; empty: none are.
CREATE TABLE test_rule (name text PRIMARY KEY, rule_id bigint, kind text, span interval, least integer, severity integer,
                        title text, tag text);
CREATE FUNCTION know_rules() RETURNS void LANGUAGE sql AS $$
    TRUNCATE test_rule;
    INSERT INTO test_rule
    SELECT t.name, r.rule_id, t.kind, t.span, t.least, t.severity, r.title, t.tag
    FROM (VALUES ('login-failed', 'base', NULL::interval, NULL::integer, 5, NULL), ('attack', 'base', NULL, NULL, 5, NULL),
                 ('call-out', 'base', NULL, NULL, 5, NULL), ('odd', 'single', NULL, NULL, 2, NULL),
                 ('many-logins', 'count', interval '6 hours', 3, 3, NULL),
                 ('attack-then-call', 'ordered', interval '6 hours', 2, 1, 'kill-chain'))
         AS t (name, kind, span, least, severity, tag)
    JOIN rule r ON r.uid = t.name
$$;
CREATE VIEW rule_in_force AS SELECT * FROM test_rule WHERE EXISTS (SELECT FROM rule_set);

-- What was counted, of records that are not muted; and which of it are members of firings: hits in a stretch of the
-- timespan that ends with a hit, and for which the condition holds.
CREATE VIEW hit AS
    SELECT a.company_id, a.id, a.ts, a.kind, a.cluster_key, a.direction, r.rule_id, r.kind AS type, r.span, r.least,
           (h ->> 'n')::integer AS n, (h ->> 'k')::bigint AS k
    FROM alert a CROSS JOIN LATERAL json_array_elements(a.rule_hits::json -> 'hits') AS h
    JOIN rule_in_force r ON r.rule_id = (h ->> 'c')::bigint
    WHERE a.rule_hits IS NOT NULL AND a.mute_id IS NULL;
CREATE TABLE member (company_id bigint, id bigint, ts timestamptz, kind text, cluster_key bigint, direction text,
                     rule_id bigint, k bigint, n integer, span interval, measured bigint);
CREATE FUNCTION find_members() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE hits ON COMMIT DROP AS SELECT * FROM hit;
    CREATE INDEX ON hits (company_id, k, ts);
    ANALYZE hits;
    CREATE TEMP TABLE stretch ON COMMIT DROP AS
        SELECT * FROM (
            SELECT e.company_id, e.rule_id, e.k, e.ts - e.span AS since, e.ts AS until, e.least,
                   CASE e.type WHEN 'count' THEN (SELECT count(*) FROM hits h WHERE h.company_id = e.company_id AND h.k = e.k
                                                  AND h.ts BETWEEN e.ts - e.span AND e.ts)
                        ELSE (SELECT CASE WHEN count(*) = 0 THEN 0 WHEN bool_or(EXISTS (
                                         SELECT FROM hits b WHERE b.company_id = e.company_id AND b.k = e.k AND b.n = 1
                                         AND b.ts BETWEEN a.ts AND e.ts)) THEN 2 ELSE 1 END
                              FROM hits a WHERE a.company_id = e.company_id AND a.k = e.k AND a.n = 0
                              AND a.ts BETWEEN e.ts - e.span AND e.ts) END AS measured
            FROM hits e) s
        WHERE measured >= least;
    CREATE INDEX ON stretch (company_id, k, since);
    ANALYZE stretch;
    TRUNCATE member;
    INSERT INTO member
    SELECT h.company_id, h.id, h.ts, h.kind, h.cluster_key, h.direction, h.rule_id, h.k, h.n, h.span, max(s.measured)
    FROM hits h JOIN stretch s ON s.company_id = h.company_id AND s.k = h.k AND h.ts BETWEEN s.since AND s.until
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
    DROP TABLE hits, stretch;
END
$$;

-- ------------------------------------------------------------------------------------------------- the definition
-- Most between neighbours of a key: an hour, unless the key brings its own.
CREATE FUNCTION window_of(p_key bigint) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN p_key < 0 THEN (p_key & 255) * interval '15 minutes' ELSE interval '1 hour' END
$$;

-- Record and key, with the number of the island of that key which it lies in. Records are alerts that join something, and
-- what is a member of a firing.
CREATE VIEW island_member AS
    WITH mark AS (
        SELECT company_id, id, ts, cluster_key AS key, true AS is_cluster, window_of(cluster_key) AS reach
        FROM alert WHERE kind = 'alert' AND cluster_key <> 0
        UNION ALL
        SELECT company_id, id, ts, link_key, false, window_of(link_key) FROM alert WHERE kind = 'alert' AND link_key <> 0
        UNION ALL
        SELECT company_id, id, ts, k, false, span FROM member
        UNION ALL
        SELECT company_id, id, ts, cluster_key, true, window_of(cluster_key) FROM member WHERE kind = 'context'
    ), edge AS (
        SELECT *, coalesce(ts - lag(ts) OVER k > reach, true) AS starts FROM mark
        WINDOW k AS (PARTITION BY company_id, key ORDER BY ts, id)
    )
    SELECT company_id, id, ts, key, is_cluster,
           count(*) FILTER (WHERE starts) OVER (PARTITION BY company_id, key ORDER BY ts, id) AS island
    FROM edge;

-- Label of each record: the lowest id of its component.
CREATE TABLE label (company_id bigint, id bigint, label bigint, PRIMARY KEY (company_id, id));
CREATE FUNCTION spread_labels() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    changed bigint := 1;
BEGIN
    PERFORM find_members();
    CREATE TEMP TABLE island ON COMMIT DROP AS SELECT * FROM island_member;
    TRUNCATE label;
    INSERT INTO label SELECT DISTINCT company_id, id, id FROM island;
    WHILE changed > 0 LOOP
        WITH lowest AS (
            SELECT m.company_id, m.key, m.island, min(l.label) AS label
            FROM island m JOIN label l USING (company_id, id) GROUP BY 1, 2, 3
        ), wanted AS (
            SELECT m.company_id, m.id, min(w.label) AS label
            FROM island m JOIN lowest w USING (company_id, key, island) GROUP BY 1, 2
        )
        UPDATE label l SET label = w.label FROM wanted w
        WHERE w.company_id = l.company_id AND w.id = l.id AND w.label < l.label;
        GET DIAGNOSTICS changed = ROW_COUNT;
    END LOOP;
    DROP TABLE island;
END
$$;

-- Causes: rules that matched alerts by themselves, and firings.
CREATE VIEW expected_cause AS
    SELECT a.company_id, l.label, r.rule_id, 0::bigint AS group_key, r.severity, min(a.ts) AS first_ts,
           max(a.ts) AS last_ts, count(*) AS hits, NULL::bigint AS measured, r.title, r.tag
    FROM alert a JOIN label l USING (company_id, id)
    CROSS JOIN LATERAL json_array_elements_text(a.rule_hits::json -> 'rules') AS m (rule_id)
    JOIN rule_in_force r ON r.rule_id = m.rule_id::bigint AND r.kind = 'single'
    WHERE a.kind = 'alert' AND a.rule_hits IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, r.title, r.tag
    UNION ALL
    SELECT m.company_id, l.label, m.rule_id, m.k, r.severity, min(m.ts), max(m.ts), count(*), max(m.measured), r.title, r.tag
    FROM member m JOIN label l USING (company_id, id) JOIN rule_in_force r USING (rule_id)
    GROUP BY 1, 2, 3, 4, 5, r.title, r.tag;

CREATE VIEW expected AS
    WITH counted AS (
        SELECT a.*, l.label, CASE WHEN direction <> 'outbound' OR score <= 20 THEN severity
                            WHEN action IN ('blocked', 'removed') THEN 2 ELSE least(severity, 2) END AS weight,
               array_position(ARRAY['none', 'reconnaissance', 'delivery', 'exploitation', 'installation',
                                    'command-and-control', 'actions'], stage) AS far
        FROM alert a JOIN label l USING (company_id, id) WHERE a.kind = 'alert'
    ), alerts AS (
        SELECT company_id, label, min(ts) AS first_ts, max(ts) AS last_ts, max(far) AS far,
               CASE WHEN bool_and(direction = 'inbound' AND action IN ('blocked', 'removed')) THEN greatest(min(weight), 4)
                    ELSE min(weight) END AS severity,
               (array_agg(signature ORDER BY weight, ts, signature COLLATE "C"))[1] AS title,
               count(*) AS alert_count, sum(repeat_count) AS detection_count,
               count(*) FILTER (WHERE action IN ('blocked', 'removed')) AS blocked_count, bool_or(mute_id = 2) AS is_drill
        FROM counted GROUP BY 1, 2
    ), evidence AS (
        SELECT m.company_id, l.label, min(ts) AS first_ts, max(ts) AS last_ts FROM member m JOIN label l USING (company_id, id)
        GROUP BY 1, 2
    ), causes AS (
        SELECT company_id, label, min(severity) AS severity, string_agg(DISTINCT tag, ' ' ORDER BY tag) AS tags,
               (array_agg(title ORDER BY severity, group_key = 0, title COLLATE "C"))[1] AS title,
               (array_agg(group_key <> 0 ORDER BY severity, group_key = 0, title COLLATE "C"))[1] AS by_window
        FROM expected_cause GROUP BY 1, 2
    )
    SELECT company_id, label, least(a.first_ts, e.first_ts) AS first_ts, greatest(a.last_ts, e.last_ts) AS last_ts,
           (ARRAY['none', 'reconnaissance', 'delivery', 'exploitation', 'installation', 'command-and-control', 'actions'])
               [coalesce(a.far, 1)] AS stage,
           CASE WHEN a.is_drill THEN 5 ELSE least(coalesce(a.severity, 5), c.severity) END AS severity,
           CASE WHEN a.alert_count IS NULL OR c.severity < a.severity OR (c.severity = a.severity AND c.by_window)
                THEN c.title ELSE a.title END AS title,
           coalesce(a.alert_count, 0) AS alert_count, coalesce(a.detection_count, 0) AS detection_count,
           coalesce(a.blocked_count, 0) AS blocked_count,
           concat_ws(' ', CASE WHEN a.is_drill THEN 'drill' END, c.tags) AS tags
    FROM alerts a FULL JOIN evidence e USING (company_id, label) LEFT JOIN causes c USING (company_id, label);

-- -------------------------------------------------------------------------------------------------- what came out
CREATE VIEW membership AS
    SELECT a.company_id, a.id, g.incident_id
    FROM alert a LEFT JOIN incident_segment g ON g.company_id = a.company_id AND g.key = a.cluster_key AND g.is_cluster
         AND a.ts BETWEEN g.first_ts AND g.last_ts
    WHERE a.kind = 'alert' AND a.cluster_key <> 0;

CREATE VIEW incident_difference AS
    WITH wanted AS (
        SELECT company_id, first_ts, last_ts, stage, severity, title, alert_count, detection_count, blocked_count, tags
        FROM expected
    ), got AS (
        SELECT company_id, first_ts, last_ts, stage, severity, title, alert_count, detection_count, blocked_count,
               array_to_string(tags, ' ')
        FROM incident WHERE state <> 'merged'
    )
    (SELECT 'missing', * FROM wanted EXCEPT ALL SELECT 'missing', * FROM got)
    UNION ALL
    (SELECT 'unexpected', * FROM got EXCEPT ALL SELECT 'unexpected', * FROM wanted);

-- Causes with the incident that they belong to, named by its first time; and the sum of what the rules of a window
-- counted.
CREATE VIEW cause_difference AS
    WITH wanted AS (
        SELECT c.company_id, e.first_ts AS incident, c.rule_id, c.group_key, c.severity, c.first_ts, c.last_ts, c.hits,
               c.measured, c.title
        FROM expected_cause c JOIN expected e USING (company_id, label)
    ), got AS (
        SELECT c.company_id, i.first_ts, c.rule_id, c.group_key, c.severity, c.first_ts, c.last_ts, c.hits,
               (c.detail ->> 'measured')::bigint, c.detail ->> 'title'
        FROM incident_cause c JOIN incident i USING (company_id, incident_id)
        WHERE i.state <> 'merged' AND (c.group_key = 0 OR c.hits = (
            SELECT sum((r ->> 'hits')::bigint) FROM jsonb_array_elements(c.detail -> 'rules') r))
    )
    (SELECT 'missing', * FROM wanted EXCEPT ALL SELECT 'missing', * FROM got)
    UNION ALL
    (SELECT 'unexpected', * FROM got EXCEPT ALL SELECT 'unexpected', * FROM wanted);

-- Two alerts are in one incident exactly when they have one label; an alert is in exactly one incident.
CREATE VIEW membership_difference AS
    SELECT 'label', l.company_id, l.label FROM membership m JOIN label l USING (company_id, id)
    GROUP BY l.company_id, l.label HAVING count(DISTINCT m.incident_id) <> 1 OR count(*) <> count(m.incident_id)
    UNION ALL
    SELECT 'incident', m.company_id, m.incident_id FROM membership m JOIN label l USING (company_id, id)
    GROUP BY m.company_id, m.incident_id HAVING count(DISTINCT l.label) <> 1;

-- rule_day and mute_day against all records, when all work is done; and the state of windows against their hits.
CREATE VIEW tally_difference AS
    WITH wanted AS (
        SELECT 'rule' AS what, a.company_id, r.rule_id::bigint AS id, (a.ts AT TIME ZONE 'Asia/Tokyo')::date AS day, count(*) AS n
        FROM alert a CROSS JOIN LATERAL json_array_elements_text(a.rule_hits::json -> 'rules') AS r (rule_id)
        WHERE a.rule_hits IS NOT NULL GROUP BY 1, 2, 3, 4
        UNION ALL
        SELECT 'mute', company_id, mute_id, (ts AT TIME ZONE 'Asia/Tokyo')::date, sum(repeat_count) FROM alert
        WHERE mute_id IS NOT NULL AND kind = 'alert' GROUP BY 1, 2, 3, 4
    ), kept AS (
        SELECT 'rule' AS what, company_id, rule_id AS id, day, alerts AS n FROM rule_day
        UNION ALL
        SELECT 'mute', company_id, mute_id, day, alerts FROM mute_day
    )
    (SELECT 'missing' AS how, * FROM wanted EXCEPT SELECT 'missing', * FROM kept)
    UNION ALL
    (SELECT 'unexpected', * FROM kept EXCEPT SELECT 'unexpected', * FROM wanted)
    UNION ALL
    SELECT 'window', 'hits', w.company_id, w.state_key, NULL, w.hits FROM rule_window w
    WHERE w.hits <> (SELECT count(*) FROM rule_hit h WHERE h.company_id = w.company_id AND h.state_key = w.state_key)
    UNION ALL
    SELECT 'company', 'hits', s.company_id, NULL, NULL, s.hits FROM rule_state s
    WHERE s.hits <> (SELECT count(*) FROM rule_hit h WHERE h.company_id = s.company_id);

-- company_month against company_day: what each of its columns has to be, told once more.
CREATE VIEW month_difference AS
    WITH by_day AS (
        SELECT company_id, to_char(day, 'YYYY-MM-01')::date AS month, x.of, sum(detections)::bigint AS n
        FROM company_day CROSS JOIN LATERAL (
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
    (SELECT 'unexpected', * FROM kept EXCEPT SELECT 'unexpected', * FROM scan)
    UNION ALL
    SELECT 'month', company_id, month, of, '', 0, '', n FROM month_difference;

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
                             p_signature text, p_repeat integer, p_kind text, p_rule_hits text DEFAULT NULL,
                             p_mute bigint DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO alert (company_id, id, ts, received_at, sensor_id, kind, format, direction, engine, severity, score,
                       action, signature, technique, stage, inside_ip, attacker_ip, repeat_count, cluster_key, link_key,
                       raw, rule_hits, mute_id)
    VALUES (p_company, p_id, p_ts, now(), 1, p_kind, 'eve', p_direction, 'ips', p_severity, p_score, p_action,
            p_signature, '{}', p_stage, '192.168.1.10', '203.0.113.9', p_repeat, p_cluster, p_link, '', p_rule_hits,
            p_mute)
$$;

-- A hit of a correlation, and what the collector writes of a record. Keys of groups are not those that the engine would
-- make: the correlator takes them as they are.
CREATE FUNCTION rule_no(p_name text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT rule_id FROM test_rule WHERE name = p_name
$$;
CREATE FUNCTION one_hit(p_rule text, p_no integer, p_key bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('{"c": %s, "n": %s, "k": %s, "g": {"inside.ip": "192.168.1.%s"}}', rule_no(p_rule), p_no, p_key, p_key % 100)
$$;
CREATE FUNCTION all_hits(p_version bigint, p_rules text[], p_hits text[]) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('{"set": %s, "rules": [%s], "hits": [%s]}', p_version,
                  (SELECT string_agg(rule_no(r)::text, ', ') FROM unnest(p_rules) r), array_to_string(p_hits, ', '))
$$;
CREATE FUNCTION hits_of(p_id bigint, p_muted boolean) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN cardinality(rules) > 0 THEN all_hits(1, rules, CASE WHEN p_muted THEN '{}' ELSE hits END) END
    FROM (SELECT array_remove(ARRAY[CASE WHEN dice('login' || p_id, 6) = 0 THEN 'login-failed' END,
                                    CASE WHEN dice('attack' || p_id, 40) = 0 THEN 'attack' END,
                                    CASE WHEN dice('call' || p_id, 40) = 0 THEN 'call-out' END,
                                    CASE WHEN dice('odd' || p_id, 20) = 0 THEN 'odd' END], NULL) AS rules,
                 array_remove(ARRAY[CASE WHEN dice('login' || p_id, 6) = 0
                                         THEN one_hit('many-logins', 0, 7000000 + dice('host' || p_id, 6)) END,
                                    CASE WHEN dice('attack' || p_id, 40) = 0
                                         THEN one_hit('attack-then-call', 0, 8000000 + dice('host' || p_id, 4)) END,
                                    CASE WHEN dice('call' || p_id, 40) = 0
                                         THEN one_hit('attack-then-call', 1, 8000000 + dice('host' || p_id, 4)) END], NULL)
                 AS hits) h
$$;

-- All of them, to begin anew from.
CREATE TABLE stock (LIKE alert);
CREATE INDEX ON stock (company_id, id);

-- A month of them, ids from p_first on: 1 in 40 unparsed, 1 in 30 muted, 1 in 60 of a drill; 1 in 5 of those that only
-- count is context.
CREATE FUNCTION some_alerts(p_company bigint, p_first bigint, p_count integer) RETURNS void LANGUAGE sql AS $$
    SELECT insert_alert(p_company, i, timestamptz '2026-10-01 00:00+09' + dice('t' || i, 2592000) * interval '1 second',
        CASE WHEN what IN ('unparsed', 'muted') THEN 0 WHEN what = 'drill' THEN -1099511627776 + 255
             WHEN dice('d' || i, 5) = 0 THEN 900 + dice('c' || i, 3)
             WHEN dice('w' || i, 20) = 0 THEN -1099511620608 + 2 ELSE 100 + dice('c' || i, 12) END,
        CASE WHEN what IN ('unparsed', 'muted', 'drill', 'context') OR dice('d' || i, 5) = 0 OR dice('l' || i, 3) > 0 THEN 0
             ELSE 500 + dice('m' || i, 6) END,
        CASE WHEN dice('d' || i, 5) = 0 THEN 'outbound' ELSE 'inbound' END,
        1 + dice('s' || i, 5), dice('o' || i, 100), (ARRAY['allowed', 'blocked', 'removed', 'blocked'])[1 + dice('a' || i, 4)],
        (ARRAY['none', 'reconnaissance', 'exploitation', 'actions'])[1 + dice('g' || i, 4)],
        (ARRAY['scan', 'a "quoted" \ one', 'beacon', '不審な通信'])[1 + dice('n' || i, 4)], 1 + dice('r' || i, 3),
        CASE what WHEN 'unparsed' THEN what WHEN 'context' THEN what ELSE 'alert' END,
        CASE WHEN what <> 'unparsed' THEN hits_of(i, what IN ('muted', 'drill')) END,
        CASE what WHEN 'muted' THEN 1 WHEN 'drill' THEN 2 END)
    FROM (SELECT i, CASE WHEN dice('k' || i, 40) = 0 THEN 'unparsed' WHEN dice('u' || i, 30) = 0 THEN 'muted'
                         WHEN dice('e' || i, 60) = 0 THEN 'drill'
                         WHEN dice('x' || i, 5) = 0 AND hits_of(i, false) LIKE '%"hits": [{%' AND dice('odd' || i, 20) > 0
                         THEN 'context' ELSE 'alert' END AS what
          FROM generate_series(p_first, p_first + p_count - 1) AS i) made
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
CREATE FUNCTION forget() RETURNS void LANGUAGE plpgsql SET client_min_messages = warning AS $$
BEGIN
    LOCK TABLE work, alert, rule_window, incident IN ACCESS EXCLUSIVE MODE;
    TRUNCATE work, alert, rule_window, rule_hit, rule_state, loss, incident, incident_segment, incident_event, incident_cause,
        incident_seq, company_day, company_month, rule_day, mute_day, campaign_sighting, campaign_due, change, page_request CASCADE;
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
