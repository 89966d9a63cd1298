import type { Database } from '@heliograph/database'
import { type BareJid, bareOf, domainOf, type Jid } from '@heliograph/jid'
import type { Item } from './stored.ts'

/** In one greeting. */
const MOST = 500

/** The last item of a node of an account. */
export interface LastItem extends Pick<Item, 'id' | 'payload' | 'sequence'> {
  readonly service: BareJid
  readonly node: string
  readonly type: 'headline' | 'normal'
  readonly withPayload: boolean
}

/** What a client wants to hear of. */
export interface Wish {
  readonly client: Jid
  readonly nodes: readonly string[]
  /** Of this account alone; '' for its own and all whose presence it sees. */
  readonly account: BareJid | ''
}

/** The configuration has every property, so what is compared is there. */
const TOLD = `n.node = ANY($2) AND n.config->>'sendLastItem' = 'on_sub_and_presence' AND n.config->>'deliverNotifications' = 'true'
  AND n.config->>'persistItems' = 'true'`
const LAST = `CROSS JOIN LATERAL (SELECT id, sequence, payload FROM pubsub_items WHERE node_id = n.id
  AND (n.item_expire IS NULL OR sequence > (extract(epoch FROM now()) - n.item_expire)::float8 * 1000000)
  ORDER BY sequence DESC LIMIT 1) i`
const COLUMNS = `n.service, n.node, i.id, i.sequence::float8 AS sequence, i.payload, n.config->>'notificationType' AS type,
  n.config->>'deliverPayloads' = 'true' AS with_payload`

/**
 * The roster of each account says who may, as whoever asks could be wrong about it; its block list (of the session service, in the same database) who
 * mustn't be told. `$1`: the user, `$3`: his addresses as somebody may have blocked them.
 */
const MAY = `coalesce(a.affiliation, 'none') NOT IN ('outcast', 'publish-only')
    AND (n.config->>'accessModel' IN ('open', 'presence') OR a.affiliation IN ('owner', 'publisher', 'member')
      OR (n.config->>'accessModel' = 'roster' AND EXISTS (
        SELECT 1 FROM jsonb_array_elements_text(n.config->'rosterGroups') AS allowed (name) WHERE allowed.name = ANY(theirs.groups))))
    AND NOT EXISTS (SELECT 1 FROM block_lists b WHERE b.owner = theirs.owner AND b.jids && $3::text[])`
const THEIRS = `theirs.contact = $1 AND NOT theirs.removed AND theirs.subscription IN ('from', 'both')`
const NODES = `JOIN pubsub_nodes n ON n.service = theirs.owner AND ${TOLD}
  LEFT JOIN pubsub_affiliations a ON a.node_id = n.id AND a.jid = $1
  ${LAST}`
const NEWEST = `ORDER BY i.sequence DESC LIMIT ${MOST}`
const OF_CONTACTS = `SELECT ${COLUMNS} FROM roster mine JOIN roster theirs ON theirs.owner = mine.contact AND ${THEIRS} ${NODES}
  WHERE mine.owner = $1 AND NOT mine.removed AND mine.subscription IN ('to', 'both') AND ${MAY} ${NEWEST}`
/** `$4`: whose. */
const OF_ONE = `SELECT ${COLUMNS} FROM roster theirs ${NODES} WHERE theirs.owner = $4 AND ${THEIRS} AND ${MAY} ${NEWEST}`
const OWN = `SELECT ${COLUMNS} FROM pubsub_nodes n ${LAST} WHERE n.service = $1 AND ${TOLD} ${NEWEST}`

interface Row extends Omit<LastItem, 'withPayload'> {
  with_payload: boolean
}

/** What clients are greeted with. Reads only, also of the roster's tables. */
export class LastItems {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The newest first. */
  async of({ client, nodes, account }: Wish): Promise<LastItem[]> {
    const user = bareOf(client)
    const read = async (name: string, sql: string, params: readonly unknown[]) =>
      (await this.#db.query<Row>(name, sql, params)).rows
    const addresses = [client, user, domainOf(client)]
    const rows =
      account === ''
        ? [
            ...(await read('pubsub_last_own', OWN, [user, nodes])),
            ...(await read('pubsub_last_of_contacts', OF_CONTACTS, [user, nodes, addresses])),
          ]
        : await read('pubsub_last_of_one', OF_ONE, [user, nodes, addresses, account])
    return rows.map(({ with_payload: withPayload, ...item }) => ({ ...item, withPayload }))
  }
}
