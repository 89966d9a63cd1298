import type { Migration } from './migrate.ts'

/** First key of the two-part advisory locks that serialise an instance's writes with its fencing. */
export const FENCE_LOCK_CLASS = 0x48_47_01

/**
 * The table of fenced instances and the guard that every state write runs. The guard is a volatile plpgsql function
 * on purpose: each statement in it takes its own snapshot, so the table is read after the lock is held. A plain
 * sub-select would read the snapshot taken before the wait, and miss a fence committed meanwhile.
 */
export const fencingMigration: Migration = {
  id: '0000_fencing',
  sql: `
    CREATE TABLE fenced_instances (
      instance text PRIMARY KEY,
      at timestamptz NOT NULL DEFAULT now()
    );
    CREATE FUNCTION write_guard(me text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $guard$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${FENCE_LOCK_CLASS}, hashtext(me));
      IF EXISTS (SELECT 1 FROM fenced_instances WHERE instance = me) THEN
        RAISE EXCEPTION 'instance % is fenced', me USING ERRCODE = 'HG001';
      END IF;
      RETURN true;
    END
    $guard$;
  `,
}

/** Takes the exclusive lock, which waits for the instance's writes in flight, then shuts it out for good. */
export const FENCE_LOCK_SQL = `SELECT pg_advisory_xact_lock(${FENCE_LOCK_CLASS}, hashtext($1))`

export const FENCE_INSERT_SQL = 'INSERT INTO fenced_instances (instance) VALUES ($1) ON CONFLICT DO NOTHING'

/** Rows are kept long past any process that could still write in that name. */
export const FENCE_PRUNE_SQL = `DELETE FROM fenced_instances WHERE at < now() - interval '90 days'`

/**
 * Ends the connections that hold an instance's shared lock: a process frozen in the middle of a transaction would
 * otherwise hold up whoever takes over from it.
 */
export const FENCE_EVICT_SQL = `
  SELECT pg_terminate_backend(pid) FROM pg_locks
  WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid::bigint = ${FENCE_LOCK_CLASS} AND objid::bigint = (hashtext($1)::bigint & 4294967295)`

/**
 * Wraps one INSERT, UPDATE or DELETE with a RETURNING clause so that the guard runs in the same statement; the guard's
 * parameter is the one numbered `position`.
 */
export function guarded(sql: string, position: number): string {
  const guard = `guard AS MATERIALIZED (SELECT write_guard($${position}) AS ok)`
  return `WITH ${guard}, written AS (${sql}) SELECT written.* FROM written WHERE (SELECT ok FROM guard)`
}
