import type { Querier } from '@heliograph/database'
import type { Ingress } from './stored.ts'

const KNOWN = `SELECT sequence::float8 AS sequence FROM pubsub_requests WHERE stream = $1 AND count = $2 AND node_id = $3`
const NOTE = `INSERT INTO pubsub_requests (stream, count, node_id, sequence, removes, detail) VALUES ($1, $2, $3, $4, $5, $6)`
const DETAIL = `SELECT detail FROM pubsub_requests WHERE stream = $1 AND count = $2 AND node_id = $3`

/** Under which sequence a request was carried out before; undefined: it wasn't. Noted for ten minutes (`removeExpired`). */
export async function noted(db: Querier, id: string, { stream, count }: Ingress): Promise<number | undefined> {
  if (stream === '') return undefined
  const { rows } = await db.query<{ sequence: number }>('pubsub_request', KNOWN, [stream, count, id])
  return rows[0]?.sequence
}

/** What was noted of a request that was carried out before. */
export async function detailOf<T>(db: Querier, id: string, { stream, count }: Ingress): Promise<T | undefined> {
  if (stream === '') return undefined
  const { rows } = await db.query<{ detail: T | null }>('pubsub_request_detail', DETAIL, [stream, count, id])
  return rows[0]?.detail ?? undefined
}

/** In the transaction in which a request is carried out, so that its repetition is known. */
export async function note(
  tx: Querier,
  id: string,
  request: Ingress & { readonly sequence: number; readonly removes: boolean; readonly detail?: object },
): Promise<void> {
  const { stream, count, sequence, removes, detail } = request
  const params = [stream, count, id, sequence, removes, detail ? JSON.stringify(detail) : null]
  if (stream !== '') await tx.query('pubsub_note', NOTE, params)
}
