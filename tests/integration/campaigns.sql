-- For test_campaigns.sh: alerts of several companies, and the definition of campaigns written without any of the
-- correlator's means: every run of three days is looked at on its own, and days spread over those they share one with.

-- ------------------------------------------------------------------------------------------------- the definition
-- What an alert is a sighting of (server/model/campaign.h), one row each.
CREATE VIEW wanted_sighting AS
    WITH counted AS (
        SELECT a.*, (ts AT TIME ZONE 'Asia/Tokyo')::date AS day, action IN ('blocked', 'removed') AS blocked,
               CASE WHEN inside_ip = source_ip THEN destination_ip ELSE source_ip END AS remote_ip,
               CASE WHEN inside_ip = source_ip THEN destination_port ELSE source_port END AS remote_port
        FROM alert a WHERE kind = 'alert' AND mute_id IS NULL AND cluster_key <> 0
    )
    SELECT 'source' AS kind, host(attacker_ip) AS key, company_id, day, ts, cluster_key, severity, signature FROM counted
    WHERE direction = 'inbound' AND score > 20 AND (NOT blocked OR severity <= 3)
    UNION ALL
    SELECT 'destination', host(remote_ip), company_id, day, ts, cluster_key, severity, signature FROM counted
    WHERE direction = 'outbound' AND engine <> 'dns' AND remote_port NOT IN (53, 853) AND (score > 20 OR stage <> 'none')
    UNION ALL
    SELECT 'signature', signature_id, company_id, day, ts, cluster_key, severity, signature FROM counted
    WHERE direction IN ('outbound', 'internal') AND stage IN ('installation', 'command-and-control', 'actions')
    UNION ALL
    SELECT 'indicator', i.id, company_id, day, ts, cluster_key, severity, signature FROM counted
    CROSS JOIN LATERAL jsonb_array_elements_text(rule_hits::jsonb->'i') AS i (id);

CREATE VIEW wanted_campaign AS
    WITH sighting AS MATERIALIZED (SELECT * FROM wanted_sighting
    ), key AS (SELECT kind, key, min(day) AS first, max(day) AS last FROM sighting GROUP BY 1, 2
    ), stretch AS (
        SELECT k.kind, k.key, min(s.day) AS first_day, max(s.day) AS last_day
        FROM key k CROSS JOIN generate_series(0, k.last - k.first) AS n
        JOIN sighting s ON s.kind = k.kind AND s.key = k.key AND s.day BETWEEN k.first + n::integer AND k.first + n::integer + 2
        GROUP BY k.kind, k.key, n HAVING count(DISTINCT s.company_id) >= 3
    ), covered AS (
        SELECT DISTINCT s.kind, s.key, d::date AS day,
               -- Whether some stretch holds this day and the one before.
               EXISTS (SELECT FROM stretch o WHERE o.kind = s.kind AND o.key = s.key
                       AND o.first_day < d::date AND o.last_day >= d::date) AS joined
        FROM stretch s CROSS JOIN generate_series(s.first_day, s.last_day, interval '1 day') AS d
    ), island AS (
        SELECT kind, key, day, count(*) FILTER (WHERE NOT joined) OVER (PARTITION BY kind, key ORDER BY day) AS no FROM covered
    ), span AS (SELECT kind, key, no, min(day) AS first_day, max(day) AS last_day FROM island GROUP BY 1, 2, 3)
    SELECT p.kind, p.key, p.first_day, p.last_day, min(s.ts) AS first_ts, max(s.ts) AS last_ts, min(s.severity) AS severity,
           count(DISTINCT s.company_id) AS companies, count(*) AS alerts,
           (array_agg(s.signature ORDER BY s.severity, s.ts, s.signature COLLATE "C"))[1] AS title
    FROM span p JOIN sighting s ON s.kind = p.kind AND s.key = p.key AND s.day BETWEEN p.first_day AND p.last_day
    GROUP BY p.kind, p.key, p.first_day, p.last_day;

CREATE VIEW campaign_difference AS
    WITH got AS (SELECT kind, key, first_day, last_day, first_ts, last_ts, severity, companies, alerts, title FROM campaign
                 WHERE merged_into IS NULL)
    (SELECT 'missing', * FROM wanted_campaign EXCEPT ALL SELECT 'missing', * FROM got)
    UNION ALL
    (SELECT 'unexpected', * FROM got EXCEPT ALL SELECT 'unexpected', * FROM wanted_campaign);

CREATE VIEW member_difference AS
    WITH wanted AS (
        SELECT c.kind, c.key, c.first_day, s.company_id, min(s.ts) AS first_ts, max(s.ts) AS last_ts, count(*) AS alerts,
               min(s.severity) AS severity
        FROM wanted_campaign c JOIN wanted_sighting s ON s.kind = c.kind AND s.key = c.key
             AND s.day BETWEEN c.first_day AND c.last_day GROUP BY 1, 2, 3, 4
    ), got AS (
        SELECT c.kind, c.key, c.first_day, m.company_id, m.first_ts, m.last_ts, m.alerts, m.severity
        FROM campaign c JOIN campaign_member m USING (campaign_id) WHERE c.merged_into IS NULL
    )
    (SELECT 'missing', * FROM wanted EXCEPT ALL SELECT 'missing', * FROM got)
    UNION ALL
    (SELECT 'unexpected', * FROM got EXCEPT ALL SELECT 'unexpected', * FROM wanted);

-- Each incident with an alert of a campaign says so, and no other does. What went into another counts for that one.
CREATE VIEW child_difference AS
    WITH wanted AS (
        SELECT DISTINCT c.campaign_id, g.company_id, g.incident_id
        FROM campaign c JOIN wanted_sighting s ON s.kind = c.kind AND s.key = c.key AND s.day BETWEEN c.first_day AND c.last_day
        JOIN incident_segment g ON g.company_id = s.company_id AND g.key = s.cluster_key AND s.ts BETWEEN g.first_ts AND g.last_ts
        WHERE c.merged_into IS NULL
    ), got AS (
        SELECT DISTINCT coalesce(c.merged_into, c.campaign_id), e.company_id, coalesce(i.merged_into, i.incident_id)
        FROM incident_event e JOIN campaign c ON c.campaign_id = (e.body->>'campaign_id')::bigint
        JOIN incident i ON i.company_id = e.company_id AND i.incident_id = e.incident_id WHERE e.kind = 'campaign'
    )
    (SELECT 'missing', * FROM wanted EXCEPT SELECT 'missing', * FROM got)
    UNION ALL
    (SELECT 'unexpected', * FROM got EXCEPT SELECT 'unexpected', * FROM wanted);

CREATE VIEW told_twice AS
    SELECT company_id, incident_id, body->>'campaign_id' FROM incident_event WHERE kind = 'campaign'
    GROUP BY 1, 2, 3 HAVING count(*) > 1;

-- ---------------------------------------------------------------------------------------------------- the alerts
CREATE FUNCTION dice(p_seed text, p_below integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT (('x' || substr(md5(p_seed), 1, 7))::bit(28)::integer) % p_below
$$;

INSERT INTO operator (name) VALUES ('試験商工会議所');
INSERT INTO company (company_id, operator_id, name) SELECT c, 1, format('Company %s', c) FROM generate_series(1, 14) c;

CREATE TABLE stock (LIKE alert);

-- n alerts of twelve companies over 40 days, of few enough others that some meet: keys come in bursts of days.
CREATE FUNCTION make_alerts(n integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO stock (company_id, id, ts, received_at, sensor_id, kind, format, source_ip, source_port, destination_ip,
                       destination_port, direction, engine, severity, score, action, signature_id, signature, technique,
                       stage, inside_ip, attacker_ip, repeat_count, cluster_key, link_key, raw, rule_hits, mute_id)
    SELECT company, id, timestamptz '2026-10-01 00:00+09' + (day * 1440 + dice('m' || id, 1440)) * interval '1 minute', now(), 1,
           'alert', 'eve', CASE WHEN outbound THEN inside ELSE outside END, 40000, CASE WHEN outbound THEN outside ELSE inside END,
           CASE dice('p' || id, 8) WHEN 0 THEN 53 ELSE 443 END, CASE WHEN outbound THEN 'outbound' ELSE 'inbound' END,
           CASE dice('e' || id, 12) WHEN 0 THEN 'dns' ELSE 'ips' END, 1 + dice('v' || id, 5), dice('s' || id, 100),
           (ARRAY['allowed', 'blocked'])[1 + dice('a' || id, 2)], (2000000 + dice('g' || id, 12))::text,
           'signature ' || dice('g' || id, 12), '{}',
           (ARRAY['none', 'exploitation', 'installation', 'command-and-control'])[1 + dice('t' || id, 4)],
           inside, CASE WHEN outbound THEN NULL ELSE outside END, 1,
           CASE dice('c' || id, 20) WHEN 0 THEN 0 ELSE 100 + company * 50 + host END, 0, '',
           CASE WHEN dice('i' || id, 10) = 0 THEN format('{"set": 0, "rules": [], "i": [%s]}', 1 + dice('j' || id, 4)) END,
           CASE dice('d' || id, 30) WHEN 0 THEN 7 END
    FROM (SELECT id, 1 + dice('o' || id, 12) AS company, dice('h' || id, 15) AS host, dice('x' || id, 2) = 0 AS outbound,
                 (dice('k' || id, 15) * 7 + dice('day' || id, 4) * dice('far' || id, 4)) % 40 AS day,
                 ('192.168.1.' || 10 + dice('h' || id, 15))::inet AS inside,
                 ('203.0.113.' || dice('k' || id, 15))::inet AS outside
          FROM generate_series(1, n) id) one
$$;

-- One transaction of a collector: these alerts of a company.
CREATE FUNCTION deliver(p_company bigint, p_from bigint, p_to bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO alert SELECT * FROM stock WHERE company_id = p_company AND id BETWEEN p_from AND p_to;
    INSERT INTO work (company_id, id_from, id_to, ts_from, ts_to)
        SELECT p_company, p_from, p_to, min(ts), max(ts) FROM stock WHERE company_id = p_company AND id BETWEEN p_from AND p_to
        HAVING count(*) > 0;
    NOTIFY hinomi_work;
$$;

-- In pieces of this many ids, in an order of the seed's.
CREATE FUNCTION deliveries(p_size integer, p_seed text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('SELECT deliver(%s, %s, %s);', c, n, n + p_size - 1)
    FROM generate_series(1, 12) c, generate_series(1, (SELECT max(id)::integer FROM stock), p_size) n
    ORDER BY md5(p_seed || c || '.' || n)
$$;

CREATE FUNCTION forget() RETURNS void LANGUAGE sql AS $$
    TRUNCATE alert, work, incident, incident_segment, incident_event, incident_cause, incident_seq, company_day, company_month, rule_day, mute_day, change,
        campaign, campaign_member, campaign_sighting, campaign_due, campaign_warning, page_request CASCADE;
$$;
