-- 0004: what the api's screens need beyond 0001 and 0002.

-- Open incidents are counted on every screen; closed ones pile up for years.
CREATE INDEX incident_open ON incident (company_id, severity) WHERE state IN ('open', 'acknowledged', 'contained');

-- A live screen names who changed an incident, and how.
GRANT SELECT ON incident_event, sensor_day, operator TO hinomi_feed;
GRANT SELECT (company_id, sensor_id, not_after, revoked_at) ON sensor_certificate TO hinomi_feed;
