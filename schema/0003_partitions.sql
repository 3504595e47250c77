-- 0003: months of alerts, and what correlator and housekeeper need beyond 0001 and 0002.

-- Unbroken runs of one cluster key that the incident consists of. More than one: they were joined by a link key.
ALTER TABLE incident ADD COLUMN run_count bigint NOT NULL DEFAULT 1;

-- Alerts are kept by month of ts, cut at midnight UTC of the first (figures by day and month of the operator's zone come
-- from company_day and from ts, never from which partition a row is in). Partitions are called alert_yYYYYmMM. They carry
-- no grants: everybody reads and writes through alert, where grants and policies are.
--
-- Partitions belong to whoever migrated, so the housekeeper makes and drops them through these functions. They wait
-- for locks two seconds at most, so that a long report never holds up the collector behind them; the housekeeper
-- tries again in its next round.

-- Makes the month of this day a partition, and moves what the default partition has of it there. False when there is
-- one already.
CREATE FUNCTION alert_partition_create(p_day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET lock_timeout = '2s'
AS $$
DECLARE
    v_from timestamptz := date_trunc('month', p_day::timestamp) AT TIME ZONE 'UTC';
    v_to   timestamptz := (date_trunc('month', p_day::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    v_name text := to_char(date_trunc('month', p_day::timestamp), '"alert_y"FMYYYY"m"MM');
BEGIN
    IF to_regclass(format('public.%I', v_name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- One at a time. The whole table, so that nobody is between looking which partitions there are and reading them: who
    -- had looked before and waited for the default partition alone would find the rows moved away, and not know where to.
    LOCK TABLE public.alert IN ACCESS EXCLUSIVE MODE;
    IF to_regclass(format('public.%I', v_name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.alert INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                   'INCLUDING STORAGE INCLUDING COMPRESSION)', v_name);
    EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC', v_name);
    EXECUTE format('WITH moved AS (DELETE FROM public.alert_default WHERE ts >= $1 AND ts < $2 RETURNING *) '
                   'INSERT INTO public.%I SELECT * FROM moved', v_name) USING v_from, v_to;
    EXECUTE format('ALTER TABLE public.alert ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                   v_name, v_from, v_to);
    RETURN true;
END
$$;

-- First day of each month that has alerts in the default partition.
CREATE FUNCTION alert_default_months() RETURNS SETOF date
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT DISTINCT date_trunc('month', ts AT TIME ZONE 'UTC')::date FROM public.alert_default
$$;

-- First day of each month that has a partition of its own.
CREATE FUNCTION alert_partition_months() RETURNS SETOF date
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT to_date(substr(c.relname, 7), '"y"YYYY"m"MM')
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.alert'::regclass AND c.relname ~ '^alert_y\d{4,}m\d{2}$'
$$;

-- Drops the month of this day with its alerts. False when it is not there, or when work is left on it. The
-- current and the last month cannot be dropped, whatever somebody who got hold of the housekeeper asks for.
CREATE FUNCTION alert_partition_drop(p_day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET lock_timeout = '2s'
AS $$
DECLARE
    v_month timestamp := date_trunc('month', p_day::timestamp);
    v_name  text := to_char(v_month, '"alert_y"FMYYYY"m"MM');
BEGIN
    IF v_month >= date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month' THEN
        RAISE EXCEPTION 'the month of % is too young to be dropped', p_day;
    END IF;
    IF to_regclass(format('public.%I', v_name)) IS NULL
       OR EXISTS (SELECT FROM public.work
                  WHERE ts_from < (v_month + interval '1 month') AT TIME ZONE 'UTC'
                    AND ts_to >= v_month AT TIME ZONE 'UTC') THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE public.%I', v_name);
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION alert_partition_create(date), alert_default_months(), alert_partition_months(),
                       alert_partition_drop(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION alert_partition_create(date), alert_default_months(), alert_partition_months(),
                          alert_partition_drop(date) TO hinomi_housekeeper;
