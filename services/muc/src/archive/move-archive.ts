import type { Database } from '@heliograph/database'
import { type BareJid, bareOf, resourceOf, trusted } from '@heliograph/jid'
import { NS, readStanza } from '@heliograph/stanza'
import type { OccupantIds } from '../occupant-ids.ts'
import { OCCUPANT_ID, occupantIdXml } from '../presence/user-item.ts'
import { occupantJid } from '../room.ts'

/** Read, written and deleted in one statement each. */
const AT_ONCE = 500

export interface Move {
  readonly from: BareJid
  readonly to: BareJid
}

interface Row {
  id: string
  author: string | null
  stanza: string
}

const READ = `SELECT id, author, stanza FROM archive WHERE owner = $1 AND id > $2 AND NOT transient ORDER BY id LIMIT ${AT_ONCE}`

const WRITE = `INSERT INTO archive (owner, id, peer, peer_resource, outgoing, offline, transient, stream, ingress, origin, author, stanza)
  SELECT $2, old.id, $2, old.peer_resource, false, false, false, old.stream, old.ingress, old.origin, old.author, moved.stanza
  FROM unnest($3::bigint[], $4::text[]) AS moved (id, stanza) JOIN archive old ON old.owner = $1 AND old.id = moved.id
  ON CONFLICT (owner, id) DO NOTHING RETURNING id`

const DELETE = `DELETE FROM archive WHERE owner = $1 AND id IN
  (SELECT id FROM archive WHERE owner = $1 ORDER BY id LIMIT ${AT_ONCE}) RETURNING id`

/** In one statement, so that nothing goes of a room that is made, or moved here, meanwhile. */
const DELETE_LEFTOVERS = `DELETE FROM archive WHERE owner = $1 AND NOT EXISTS (SELECT FROM rooms WHERE jid = $1) AND id IN
  (SELECT id FROM archive WHERE owner = $1 ORDER BY id LIMIT ${AT_ONCE}) RETURNING id`

/**
 * Puts what was said in a room into the archive of another address, under the same ids, as if it had been said there: by occupants of that
 * room, with the ids that they have in it. What was there stays where it was. May be done again when it failed.
 */
export async function copyArchive(db: Database, ids: OccupantIds, { from, to }: Move): Promise<void> {
  for (let after = '0'; ; ) {
    const { rows } = await db.query<Row>('room_move_read', READ, [from, after])
    const last = rows.at(-1)
    if (last === undefined) return
    const moved = rows.map((row) => asSaidThere(ids, to, row))
    await db.fencedQuery('room_move_write', WRITE, [from, to, rows.map(({ id }) => id), moved])
    after = last.id
  }
}

/** Removes an archive whose room isn't there, a part at a time. */
export async function deleteLeftovers(db: Database, room: BareJid): Promise<void> {
  while ((await db.fencedQuery('room_leftovers_delete', DELETE_LEFTOVERS, [room])).rows.length > 0);
}

/** Removes an archive, a part at a time. */
export async function deleteArchive(db: Database, room: BareJid): Promise<void> {
  while ((await db.fencedQuery('room_move_delete', DELETE, [room])).rows.length > 0);
}

function asSaidThere(ids: OccupantIds, room: BareJid, { author, stanza }: Row): string {
  const said = readStanza(Buffer.from(stanza))
  const nick = said.from === undefined ? '' : resourceOf(said.from)
  const moved = said.with({ from: nick === '' ? room : occupantJid(room, nick) })
  if (author === null || !moved.children.includes(OCCUPANT_ID)) return moved.toString()
  const anonymous = moved.without((child) => child.is('occupant-id', NS.occupantId))
  return anonymous.append(occupantIdXml(ids.of(room, bareOf(trusted(author)))), OCCUPANT_ID).toString()
}
