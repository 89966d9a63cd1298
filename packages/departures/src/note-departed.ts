/**
 * Common table expressions of a statement that deletes the accounts `gone`: they are noted, and those of more than an hour ago are forgotten, but
 * for rows that another deletion has at hand.
 */
export const NOTE_DEPARTED = `departed AS (
    INSERT INTO departed_accounts (jid) SELECT jid FROM gone ON CONFLICT (jid) DO UPDATE SET departed_at = now()),
  departed_before AS (
    DELETE FROM departed_accounts WHERE jid IN (
      SELECT jid FROM departed_accounts
      WHERE departed_at < now() - interval '1 hour' AND jid NOT IN (SELECT jid FROM gone)
      ORDER BY departed_at LIMIT 1000 FOR UPDATE SKIP LOCKED))`
