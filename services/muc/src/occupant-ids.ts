import { createHmac, randomBytes } from 'node:crypto'
import type { Database, Migration } from '@heliograph/database'
import type { BareJid, FullJid, Jid } from '@heliograph/jid'

export const occupantIdMigrations: readonly Migration[] = [
  {
    id: '0185_room_secret',
    sql: `
      CREATE TABLE room_secret (
        one    boolean PRIMARY KEY DEFAULT true CHECK (one),
        secret bytea NOT NULL
      );
    `,
  },
]

/** XEP-0421: what tells occupants apart, the same whenever and by whatever instance, and nothing of who they are. */
export class OccupantIds {
  readonly #secret: Buffer

  constructor(secret: Buffer) {
    this.#secret = secret
  }

  /** With the secret that all instances share. */
  static async open(db: Pick<Database, 'query'>): Promise<OccupantIds> {
    const insert = 'INSERT INTO room_secret (secret) VALUES ($1) ON CONFLICT DO NOTHING'
    await db.query('room_secret_insert', insert, [randomBytes(32)])
    const { rows } = await db.query<{ secret: Buffer }>('room_secret', 'SELECT secret FROM room_secret')
    if (!rows[0]) throw new Error('the secret of rooms was removed while it was read')
    return new OccupantIds(rows[0].secret)
  }

  /** XEP-0421 §4: of the user, not of his client, in this room. */
  of(room: BareJid, user: BareJid): string {
    return createHmac('sha256', this.#secret).update(`${room}\0${user}`).digest('base64url')
  }

  /** Short, of one client in this room: who sees it can't try addresses on it. */
  markOf(room: BareJid, client: FullJid): string {
    return createHmac('sha256', this.#secret).update(`client\0${room}\0${client}`).digest('base64url').slice(0, 11)
  }

  /** Of what is asked on entering. */
  readonly markOfQuestion = (text: string): Buffer =>
    createHmac('sha256', this.#secret).update(`question\0${text}`).digest()

  /** Of what was given to one client in this room, which shows that it wasn't made up. */
  commandMarkOf(room: BareJid, client: Jid, given: string): string {
    return createHmac('sha256', this.#secret).update(`command\0${room}\0${client}\0${given}`).digest('base64url')
  }
}
