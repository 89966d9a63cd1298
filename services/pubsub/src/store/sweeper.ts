import type { Database } from '@heliograph/database'

const BATCH = 500

const EXPIRED_ITEMS = `DELETE FROM pubsub_items WHERE (node_id, id) IN (
  SELECT i.node_id, i.id FROM pubsub_nodes n CROSS JOIN LATERAL (
    SELECT node_id, id FROM pubsub_items WHERE node_id = n.id
      AND sequence <= (extract(epoch FROM now()) - n.item_expire)::float8 * 1000000 ORDER BY sequence LIMIT ${BATCH}) i
  WHERE n.item_expire IS NOT NULL LIMIT ${BATCH}) RETURNING id`

const EXPIRED_SUBSCRIPTIONS = `DELETE FROM pubsub_subscriptions WHERE (node_id, jid) IN (
  SELECT node_id, jid FROM pubsub_subscriptions WHERE expires_at < now() LIMIT ${BATCH}) RETURNING jid`

/** Its subscribers are still being told a moment after a node was deleted. */
const DELETED = "deleted_at < now() - interval '5 minutes'"

/** What deleted nodes left, table by table, then the nodes themselves. */
const LEFT = (table: string, key: string) => `DELETE FROM ${table} WHERE (node_id, ${key}) IN (
  SELECT t.node_id, t.${key} FROM pubsub_nodes n JOIN ${table} t ON t.node_id = n.id WHERE n.${DELETED} LIMIT ${BATCH}) RETURNING node_id`

const DELETED_NODES = `DELETE FROM pubsub_nodes n WHERE id IN (
    SELECT id FROM pubsub_nodes WHERE ${DELETED} ORDER BY id LIMIT ${BATCH})
  AND NOT EXISTS (SELECT 1 FROM pubsub_items WHERE node_id = n.id)
  AND NOT EXISTS (SELECT 1 FROM pubsub_subscriptions WHERE node_id = n.id)
  AND NOT EXISTS (SELECT 1 FROM pubsub_affiliations WHERE node_id = n.id) RETURNING id`

/** After that no request comes again: longer than anybody is without an owner. */
const NOTED = '10 minutes'

const OLD_REQUESTS = `DELETE FROM pubsub_requests WHERE (stream, count, node_id) IN (
  SELECT stream, count, node_id FROM pubsub_requests
  WHERE sequence < extract(epoch FROM now() - interval '${NOTED}')::float8 * 1000000 ORDER BY sequence LIMIT ${BATCH}) RETURNING node_id`

const STEPS: readonly (readonly [name: string, sql: string])[] = [
  ['pubsub_expired_items', EXPIRED_ITEMS],
  ['pubsub_expired_subscriptions', EXPIRED_SUBSCRIPTIONS],
  ['pubsub_old_requests', OLD_REQUESTS],
  ['pubsub_left_items', LEFT('pubsub_items', 'id')],
  ['pubsub_left_subscriptions', LEFT('pubsub_subscriptions', 'jid')],
  ['pubsub_left_affiliations', LEFT('pubsub_affiliations', 'jid')],
  ['pubsub_deleted_nodes', DELETED_NODES],
]

/**
 * Removes a batch of what has expired, of notes of requests, and of what deleted nodes left. Any instance may, several at once, too: nobody is told of it, and what
 * has expired isn't shown any more before. True when there may be more.
 */
export async function removeExpired(db: Database): Promise<boolean> {
  let isMore = false
  for (const [name, sql] of STEPS) if ((await db.fencedQuery(name, sql)).count === BATCH) isMore = true
  return isMore
}
