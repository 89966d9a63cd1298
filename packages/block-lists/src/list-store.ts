import type { Database } from '@heliograph/database'
import { type Jid, parseJid } from '@heliograph/jid'

/** A node whose items are the list. */
export interface BlockListName {
  readonly service: Jid
  readonly node: string
}

/** What happened to a list: all that were on it are gone, or some came or went. */
export type ListChange =
  | { readonly kind: 'cleared' }
  | { readonly kind: 'listed' | 'unlisted'; readonly hashes: readonly string[] }

/** What lists were when they were last heard of. */
export interface ListStore {
  /** Hashes that are on any of these lists. */
  read(lists: readonly BlockListName[]): Promise<ReadonlySet<string>>
  change(list: BlockListName, change: ListChange): Promise<void>
  replace(list: BlockListName, hashes: ReadonlySet<string>): Promise<void>
}

/** Hashes of one list that are kept; what is beyond that is left out. */
export const LIST_MAX = 200_000

const ADD = `INSERT INTO listed_addresses (list, hash) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING RETURNING hash`

/** @throws where it isn't an address: the configuration was checked before */
export function listNamed({ service, node }: { readonly service: string; readonly node: string }): BlockListName {
  const jid = parseJid(service)
  if (jid === undefined) throw new TypeError(`${service} is not an address`)
  return { service: jid, node }
}

export class PostgresListStore implements ListStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async read(lists: readonly BlockListName[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.#db.query<{ hash: string }>(
      'listed_read',
      'SELECT DISTINCT hash FROM listed_addresses WHERE list = ANY($1) LIMIT $2',
      [lists.map(keyOf), LIST_MAX * Math.max(1, lists.length)],
    )
    return new Set(rows.map(({ hash }) => hash))
  }

  async change(list: BlockListName, change: ListChange): Promise<void> {
    const key = keyOf(list)
    if (change.kind === 'cleared') await this.replace(list, new Set())
    else if (change.kind === 'listed') await this.#db.fencedQuery('listed_add', ADD, [key, change.hashes])
    else
      await this.#db.fencedQuery(
        'listed_remove',
        'DELETE FROM listed_addresses WHERE list = $1 AND hash = ANY($2) RETURNING hash',
        [key, change.hashes],
      )
  }

  async replace(list: BlockListName, hashes: ReadonlySet<string>): Promise<void> {
    const all = [...hashes].slice(0, LIST_MAX)
    await this.#db.fencedWrite(async (tx) => {
      const gone = 'DELETE FROM listed_addresses WHERE list = $1 AND NOT hash = ANY($2)'
      await tx.query('listed_clear', gone, [keyOf(list), all])
      await tx.query('listed_put', ADD, [keyOf(list), all])
    })
  }
}

/** A space occurs in no address up to a resource, and a list's service has none. */
function keyOf({ service, node }: BlockListName): string {
  return `${service} ${node}`
}
