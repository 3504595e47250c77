-- For retrohunt.sh: observables of 3,000 members, indicators among them, and what a hunt must find.
-- :observables rows. Half of the things were met by one member, half by 25 each.

-- Thing k of a kind, as the key in the table. Addresses begin with 20 to 79: none of them is held back.
CREATE FUNCTION thing(kind int, k bigint) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN CASE kind
    WHEN 1 THEN '\x00000000000000000000ffff'::bytea || set_byte(substring(decode(md5('a' || k), 'hex') FOR 4), 0, 20 + (k % 60)::int)
    WHEN 2 THEN ('com.' || substring(md5('n' || k) FOR 14) || '.' || CASE k % 3 WHEN 0 THEN 'www.' ELSE '' END)::bytea
    WHEN 3 THEN ('http://' || substring(md5('u' || k) FOR 12) || '.com/' || substring(md5('p' || k) FOR 10))::bytea
    ELSE decode(md5('h' || k) || md5('i' || k), 'hex') END;
-- Of ten things six are names, three addresses (some of 2^32 twice), then a URL or a hash.
CREATE FUNCTION thing_kind(k bigint) RETURNS int LANGUAGE sql IMMUTABLE RETURN
    CASE WHEN k % 10 < 6 THEN 2 WHEN k % 10 < 9 THEN 1 WHEN k % 20 = 9 THEN 3 ELSE 4 END;

ALTER TABLE observable SET UNLOGGED;
ALTER TABLE observable DROP CONSTRAINT observable_pkey;
INSERT INTO observable (company_id, kind, key, first_ts, last_ts, contacts)
    SELECT 1 + n * 7919 % 3000, thing_kind(k), thing(thing_kind(k), k), at - interval '5 days', at, 1 + n % 9
    FROM (SELECT n, CASE WHEN n % 2 = 0 THEN n ELSE 1000000000 + n / 50 END AS k,
                 now() - n % 7000000 * interval '1 second' AS at
          FROM generate_series(1, :observables::bigint) n) s;
SET maintenance_work_mem = '1GB';
-- Two things may be the same address by chance, at one member.
DELETE FROM observable a USING observable b
    WHERE a.kind = 1 AND b.kind = 1 AND a.key = b.key AND a.company_id = b.company_id AND a.ctid > b.ctid;
ALTER TABLE observable ADD PRIMARY KEY (kind, key, company_id);
ANALYZE observable;

-- 1,000 indicators: every other one is of a thing that somebody met.
CREATE TABLE bench_indicator AS
    SELECT i, kind, key, kind = 1 AND i % 7 = 0 AS is_network FROM (
        SELECT i, thing_kind(k) AS kind, thing(thing_kind(k), k) AS key
        FROM (SELECT i, CASE WHEN i % 2 = 1 THEN 2000000000 + i
                        WHEN i % 4 = 0 THEN i * (:observables / 2100) * 2
                        ELSE 1000000000 + i * (:observables / 50 / 1100) END AS k
              FROM generate_series(1, 1000::bigint) i) s) t;

-- As a feed writes them.
CREATE VIEW bench_feed AS
    SELECT CASE kind
        WHEN 1 THEN get_byte(key, 12) || '.' || get_byte(key, 13) || '.' || get_byte(key, 14) || '.'
                    || CASE WHEN is_network THEN '0/24' ELSE get_byte(key, 15)::text END
        WHEN 2 THEN split_part(encode(key, 'escape'), '.', 2) || '.com'
        WHEN 3 THEN encode(key, 'escape')
        ELSE encode(key, 'hex') END AS line
    FROM bench_indicator;
