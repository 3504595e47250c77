-- 0002: one database user per role, with the least it needs; row-level security for the api.
--
-- The users may exist already (another database of the same cluster), so each is made only when missing.
-- They have no password here: the operator decides how they sign in (docs/operations.md, "Database users").

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['hinomi_collector', 'hinomi_correlator', 'hinomi_housekeeper', 'hinomi_api',
                                'hinomi_feed', 'hinomi_escalator', 'hinomi_reporter']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
    END LOOP;
END
$$;

-- COPY is refused to a user under row-level security; the others work across companies by nature. What they
-- may touch is bounded by the grants below. The api alone is under the policies.
ALTER ROLE hinomi_collector BYPASSRLS;
ALTER ROLE hinomi_correlator BYPASSRLS;
ALTER ROLE hinomi_housekeeper BYPASSRLS;
ALTER ROLE hinomi_feed BYPASSRLS;
ALTER ROLE hinomi_api NOBYPASSRLS;

-- ---------------------------------------------------------------------------------------------- collector
GRANT SELECT ON company_network, sensor, sensor_certificate, sensor_token, operator TO hinomi_collector;
GRANT SELECT (company_id, left_at) ON company TO hinomi_collector;
GRANT INSERT ON alert, work, change, sensor_certificate TO hinomi_collector;
GRANT SELECT, INSERT, UPDATE ON sensor_stream, sensor_day, sensor_health TO hinomi_collector;
GRANT UPDATE (used_at, used_key_sha256) ON sensor_token TO hinomi_collector;
GRANT UPDATE (revoked_at) ON sensor_certificate TO hinomi_collector;
-- Enrolments are audited: the newest hash is read, the next row is written.
GRANT SELECT (audit_id, hash), INSERT ON audit TO hinomi_collector;
GRANT USAGE ON SEQUENCE alert_id TO hinomi_collector;

-- ---------------------------------------------------------------------------------------------- correlator
GRANT SELECT ON alert, company, company_network, operator, sensor TO hinomi_correlator;
GRANT SELECT, UPDATE, DELETE ON work TO hinomi_correlator;
GRANT SELECT, INSERT, UPDATE, DELETE ON incident_segment TO hinomi_correlator;
GRANT SELECT, INSERT, UPDATE ON incident, incident_seq, company_day TO hinomi_correlator;
GRANT SELECT, INSERT ON incident_event TO hinomi_correlator;
GRANT INSERT ON change TO hinomi_correlator;

-- ---------------------------------------------------------------------------------------------- housekeeper
-- Partitions belong to their owner, so making and dropping them goes through the functions of 0003.
GRANT SELECT, UPDATE (state) ON sensor TO hinomi_housekeeper;
GRANT SELECT ON sensor_health, sensor_certificate, operator, company TO hinomi_housekeeper;
GRANT SELECT, DELETE ON change, session, idempotency, sensor_token, sensor_stream TO hinomi_housekeeper;
GRANT INSERT ON change TO hinomi_housekeeper;

-- ---------------------------------------------------------------------------------------------- api
GRANT SELECT ON operator, company, company_network, site, monitoring_span, sensor, sensor_health, sensor_day,
                alert, work, incident, incident_segment, incident_event, company_day, app_user, audit TO hinomi_api;
GRANT SELECT (company_id, sensor_id, fingerprint, serial, not_before, not_after, issued_at, revoked_at)
    ON sensor_certificate TO hinomi_api;
GRANT UPDATE (state, disposition, close_reason, owner_id, acknowledged_at, contained_at, closed_at, version,
              updated_at) ON incident TO hinomi_api;
GRANT INSERT ON incident_event, change TO hinomi_api;
GRANT INSERT ON audit TO hinomi_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, idempotency TO hinomi_api;
GRANT UPDATE (password_hash, setup_sha256, setup_expires_at, failed_logins, locked_until, language)
    ON app_user TO hinomi_api;

-- The api says in each transaction which companies the caller may see: SET LOCAL app.company = '*' for staff
-- of the operator, = '17' for a member's own people. Unset, or anything else, shows nothing.
--
-- A CASE, which the planner takes for true half of the time. Of two comparisons joined by OR it believes that they hide 99
-- rows in 100, and then sorts whole tables rather than read the first page off an index.
CREATE FUNCTION company_visible(bigint) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE current_setting('app.company', true) WHEN '*' THEN true WHEN $1::text THEN true ELSE false END;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['company', 'company_network', 'site', 'monitoring_span', 'sensor', 'sensor_health',
                                'sensor_token', 'sensor_certificate', 'sensor_stream', 'sensor_day', 'alert', 'work',
                                'change', 'incident_seq', 'incident', 'incident_segment', 'incident_event',
                                'company_day']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_company ON %I TO hinomi_api USING (company_visible(company_id)) '
                       'WITH CHECK (company_visible(company_id))', name);
    END LOOP;
END
$$;
-- A partition asked for by its own name would otherwise not be under its parent's policy.
REVOKE ALL ON alert_default FROM PUBLIC;

-- ---------------------------------------------------------------------------------------------- feed
-- Reads what changed, for all companies, so that the api can hand each stream its own share.
GRANT SELECT ON change, alert, incident, incident_segment, sensor, sensor_health, company, app_user, session
    TO hinomi_feed;

ALTER ROLE hinomi_api SET statement_timeout = '30s';
-- A list is asked for with any mixture of filters: a plan made without knowing them passes over the index that has the
-- order, and over the months that cannot have any of it.
ALTER ROLE hinomi_api SET plan_cache_mode = force_custom_plan;
ALTER ROLE hinomi_api SET jit = off;
ALTER ROLE hinomi_feed SET statement_timeout = '30s';
-- A lost commit is done again from the work row, and whoever acted on it has flushed it with his own.
ALTER ROLE hinomi_correlator SET synchronous_commit = off;
