-- What correlation leaves behind, for test_api_correlation.sh, on top of api_data.sql: rules in two versions, what they
-- matched and caused, contacts, campaigns, indicators, hunts. Days are of the operator's zone, counted back from today.
INSERT INTO company (company_id, operator_id, name, member_no, tags) VALUES
    (3, 1, '難波商事株式会社', 'OS-10003', '{"VPN"}'),
    (4, 1, '住之江物流株式会社', 'OS-10004', '{"VPN"}');
SELECT person('kato@example.jp', '加藤', 'lead', NULL), person('suzuki@example.jp', '鈴木', 'analyst', 1),
       person('wall@example.jp', 'Wall', 'wall', NULL), person('okada@example.jp', '岡田', 'member', 3);

CREATE FUNCTION day_ago(n integer) RETURNS date LANGUAGE sql AS $$ SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date - n $$;
-- Noon of that day, but never in the future.
CREATE FUNCTION noon_ago(n integer) RETURNS timestamptz LANGUAGE sql
    AS $$ SELECT least((day_ago(n) + time '12:00') AT TIME ZONE 'Asia/Tokyo', now()) $$;

-- ------------------------------------------------------------------------------------------------------------ rules
-- Version 2 changed the one rule, took the other one away, and left the third file as it was.
INSERT INTO rule_set (version, created_at, actor, note, sha256) VALUES
    (1, now() - interval '90 days', 'ctl:root', 'first', sha256('1')),
    (2, now() - interval '10 days', 'kato@example.jp', 'quieter', sha256('2')),
    (3, now() - interval '5 days', 'ctl:root', 'nothing of these', sha256('3'));
INSERT INTO rule_set_file (version, name, kind, body)
    SELECT v, 'pair.yml', 'sigma',
           E'title: One\nid: one\nlevel: high\n---\n# second\ntitle: Two\nname: two\nlevel: ' ||
           CASE v WHEN 1 THEN 'low' ELSE 'medium' END || E'\n'
    FROM generate_series(1, 3) AS v
    UNION ALL SELECT 1, 'gone.yml', 'sigma', E'title: Gone\nid: gone\n'
    UNION ALL SELECT v, 'fields.yaml', 'fields', 'fields: {}' FROM generate_series(1, 3) AS v
    UNION ALL SELECT 3, 'new.yml', 'sigma', E'title: New\nid: new\n';
INSERT INTO rule (rule_id, uid, kind, title, title_ja, level, description, tags, file, line, first_version, last_version)
VALUES (901, 'one', 'detection', 'One', '一つ目', 'high', 'the first', '{attack.t1110,attack.initial-access}', 'pair.yml', 1, 1, NULL),
       (902, 'two', 'correlation', 'Two', '', 'medium', '', '{}', 'pair.yml', 5, 1, NULL),
       (903, 'gone', 'detection', 'Gone', '', 'low', '', '{}', 'gone.yml', 1, 1, 1),
       (904, 'new', 'detection', 'New', '', 'critical', '', '{}', 'new.yml', 1, 3, NULL);

-- Rule 901 in the last 30 days: 30 + 20 + 5 at company 1, 50 at company 2; before them 1000.
INSERT INTO rule_day (company_id, rule_id, day, alerts) VALUES
    (1, 901, day_ago(0), 30), (1, 901, day_ago(1), 20), (2, 901, day_ago(1), 50), (1, 901, day_ago(29), 5),
    (1, 901, day_ago(30), 1000), (3, 902, day_ago(2), 7), (1, 903, day_ago(3), 2);

CREATE FUNCTION caused(p_company bigint, p_id bigint, p_state text, p_disposition text, p_days integer) RETURNS void
    LANGUAGE sql AS $$
    INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule,
                          reason, alert_count, detection_count, blocked_count, state, disposition, rule_set, tags)
    VALUES (p_company, p_id, p_id, noon_ago(p_days), noon_ago(p_days) + interval '1 minute', 'inbound', 'none', 3, 'caused', 'k', 'r',
            'why', 1, 1, 0, p_state, p_disposition, 2, CASE p_id WHEN 9001 THEN '{kill-chain,beacon}'::text[] ELSE '{}' END);
    INSERT INTO incident_cause (company_id, incident_id, rule_id, group_key, rule_set, severity, first_ts, last_ts, hits, detail)
    VALUES (p_company, p_id, 901, 0, 2, 2, noon_ago(p_days), noon_ago(p_days) + interval '1 minute', 3, '{"title": "One"}');
$$;
-- Of rule 901 in the last 30 days: 7 incidents at companies 1, 2 and 3, of which 5 are judged: 1 true, 1 benign, 2 false,
-- 1 undetermined. A merged one, and one of 31 days ago, do not count.
SELECT caused(1, 9001, 'closed', 'false_positive', 0), caused(1, 9002, 'closed', 'false_positive', 1),
       caused(1, 9003, 'closed', 'true_positive', 2), caused(2, 9004, 'closed', 'benign_positive', 3),
       caused(2, 9005, 'closed', 'undetermined', 29), caused(2, 9006, 'open', NULL, 4), caused(3, 9007, 'acknowledged', NULL, 5),
       caused(1, 9008, 'merged', NULL, 6), caused(1, 9009, 'closed', 'false_positive', 31);
-- Twice the cause of one incident is one incident; rule 902 is a cause of it as well.
INSERT INTO incident_cause (company_id, incident_id, rule_id, group_key, rule_set, severity, first_ts, last_ts, hits, detail) VALUES
    (1, 9001, 901, 77, 2, 4, noon_ago(0), noon_ago(0), 1, '{}'),
    (1, 9001, 902, -5, 2, 1, noon_ago(0), noon_ago(0), 31,
     '{"title": "Two", "group": {"attacker.ip": "203.0.113.9"}, "measured": 31, "condition": {"type": "event_count", "timespan_s": 300}}');

-- Of rule 902, in all: 1200 + 3 thinned, 30 + 17 dropped; of the group -5 above: 1200 + 30. Of rule 901's group 77: none.
INSERT INTO loss (company_id, kind, rule_id, group_key, count, last_at) VALUES
    (1, 'thinned', 902, -5, 1200, noon_ago(3)), (2, 'thinned', 902, -5, 3, noon_ago(2)), (1, 'dropped', 902, -5, 30, noon_ago(4)),
    (1, 'dropped', 902, 0, 17, noon_ago(5)), (1, 'contacts', 0, 0, 99, now());

-- --------------------------------------------------------------------------------------------------------- contacts
INSERT INTO contact (company_id, contact_key, inside_ip, destination, port, first_ts, last_ts, contacts, series, score, parts) VALUES
    (1, -11, '192.168.1.5', 'c2.example', 443, now() - interval '2 days', now(), 300, '', 93, '{"interval": 30}'),
    (1, 12, '192.168.1.6', '198.51.100.9', 8443, now() - interval '1 day', now(), 40, '', 50, '{"interval": 20}'),
    (1, 13, '192.168.1.7', 'update.example', 443, now() - interval '1 day', now(), 40, '', 20, NULL),
    (2, 21, '192.168.1.5', 'c2.example', 443, now() - interval '2 days', now(), 300, '', 93, '{"interval": 29}');

-- -------------------------------------------------------------------------------------------------------- campaigns
-- A source at companies 1, 2 and 3; and a signature at 2 and 3 alone, of which company 1 was warned.
INSERT INTO campaign (campaign_id, kind, key, first_day, last_day, first_ts, last_ts, title, title_ts, severity, companies,
                      alerts, minimum, window_days) VALUES
    (71, 'source', '203.0.113.9', day_ago(3), day_ago(1), noon_ago(3), noon_ago(1), 'SSL-VPN brute force', noon_ago(1), 2, 3, 60,
     3, 7),
    (72, 'signature', 'ET MALWARE Odd', day_ago(2), day_ago(2), noon_ago(2), noon_ago(2), 'ET MALWARE Odd', noon_ago(2), 1, 2, 9, 2, 7);
INSERT INTO campaign_member (company_id, campaign_id, first_ts, last_ts, alerts, severity) VALUES
    (1, 71, noon_ago(2), noon_ago(1), 30, 2), (2, 71, noon_ago(3), noon_ago(3), 20, 3), (3, 71, noon_ago(1), noon_ago(1), 10, 4),
    (2, 72, noon_ago(2), noon_ago(2), 4, 1), (3, 72, noon_ago(2), noon_ago(2), 5, 1);
INSERT INTO campaign_sighting (kind, key, company_id, day, cluster_key, first_ts, last_ts, alerts, severity, title, title_ts) VALUES
    ('source', '203.0.113.9', 1, day_ago(2), 5101, noon_ago(2), noon_ago(2), 10, 3, 'SSL-VPN brute force', noon_ago(2)),
    ('source', '203.0.113.9', 1, day_ago(1), 5101, noon_ago(1), noon_ago(1), 20, 2, 'SSL-VPN brute force', noon_ago(1)),
    ('source', '203.0.113.9', 2, day_ago(3), 5102, noon_ago(3), noon_ago(3), 20, 3, 'SSL-VPN brute force', noon_ago(3)),
    ('source', '203.0.113.9', 3, day_ago(1), 5103, noon_ago(1), noon_ago(1), 10, 4, 'SSL-VPN brute force', noon_ago(1)),
    ('signature', 'ET MALWARE Odd', 2, day_ago(2), 5102, noon_ago(2), noon_ago(2), 4, 1, 'ET MALWARE Odd', noon_ago(2)),
    ('signature', 'ET MALWARE Odd', 3, day_ago(2), 5103, noon_ago(2), noon_ago(2), 5, 1, 'ET MALWARE Odd', noon_ago(2));
-- Company 1's part of the first one is its incident 9002.
INSERT INTO incident_segment (company_id, key, first_ts, last_ts, is_cluster, incident_id) VALUES
    (1, 5101, noon_ago(2), noon_ago(1), true, 9002), (2, 5102, noon_ago(3), noon_ago(2), true, 9004);
INSERT INTO incident_event (company_id, incident_id, kind, body) VALUES (1, 9002, 'campaign', '{"campaign_id": 71}');
INSERT INTO campaign_warning (company_id, campaign_id, user_id, body)
    SELECT 1, 72, user_id, '不審な通信に注意してください' FROM app_user WHERE email = 'kato@example.jp';

-- ------------------------------------------------------------------------------------- what a preview has to look at
-- 40 alerts of company 1 and 20 of each of 3 and 4, one every half an hour, the last an hour ago. Odd ones are of one
-- scanner, every fourth stands for 2 detections. Company 1's are one incident; companies 3 and 4 have one each, of the
-- scanner's alerts alone.
INSERT INTO alert (company_id, id, ts, received_at, event_time, sensor_id, kind, format, source_ip, source_port, destination_ip,
                   destination_port, transport, direction, engine, severity, score, action, signature_id, signature, category,
                   technique, stage, community_id, flow_id, inside_ip, attacker_ip, repeat_count, cluster_key, link_key, raw,
                   rule_hits, mute_id)
    SELECT c, 60000 + c * 1000 + n, now() - interval '1 hour' - n * interval '30 minutes', now(), NULL, c * 10 + 1, 'alert', 'eve',
           CASE n % 2 WHEN 1 THEN '198.51.100.20'::inet ELSE '203.0.113.77' END, 40000 + n, '192.168.1.10', 443, 'tcp', 'inbound',
           'web', 3, 50, CASE n % 2 WHEN 1 THEN 'blocked' ELSE 'allowed' END, '77', 'Scan of /admin (' || n || ')', 'scan',
           '{T1595,T1190}', 'reconnaissance', NULL, NULL, '192.168.1.10', NULL, CASE n % 4 WHEN 0 THEN 2 ELSE 1 END,
           CASE WHEN c = 1 OR n % 2 = 1 THEN c * 1000 ELSE 0 END, 0, '\x00'::bytea || convert_to('{}', 'UTF8'),
           CASE WHEN n < 5 THEN '{"set": 2, "rules": [901]}'
                WHEN n = 7 THEN '{"set": 2, "rules": [902], "i": [1]}' END,
           CASE WHEN c = 1 AND n = 9 THEN 555 END
    FROM (VALUES (1, 40), (3, 20), (4, 20)) AS v (c, many), LATERAL generate_series(0, many - 1) AS n;
INSERT INTO incident (company_id, incident_id, no, first_ts, last_ts, direction, stage, severity, title, title_key, rule, reason,
                      alert_count, detection_count, blocked_count)
    SELECT c, 9100 + c, 9100 + c, now() - interval '30 hours', now(), 'inbound', 'none', 3, 'scanned', 'k', 'r', 'why',
           many, many, 0 FROM (VALUES (1, 40), (3, 10), (4, 10)) AS v (c, many);
INSERT INTO incident_segment (company_id, key, first_ts, last_ts, is_cluster, incident_id)
    SELECT c, c * 1000, now() - interval '30 hours', now(), true, 9100 + c FROM unnest('{1,3,4}'::integer[]) AS c;
-- Evidence of the same incident, which is no detection.
INSERT INTO alert (company_id, id, ts, received_at, sensor_id, kind, format, direction, engine, severity, score, action, technique,
                   stage, repeat_count, cluster_key, link_key, raw, rule_hits)
    VALUES (1, 61900, now() - interval '2 hours', now(), 11, 'context', 'eve', 'inbound', 'other', 5, 0, 'unknown', '{}', 'none', 1,
            1000, 0, '\x00'::bytea || convert_to('{}', 'UTF8'), '{"set": 2, "rules": [902]}');
