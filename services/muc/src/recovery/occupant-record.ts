import { type BareJid, bareOf, type FullJid, trusted } from '@heliograph/jid'
import { readStanza } from '@heliograph/stanza'
import { Occupant, type Present } from '../occupant.ts'
import type { Farewell } from '../presence/farewell.ts'
import type { CarriedMessage } from './carried.ts'
import { type MessageRecord, messageOf } from './message-record.ts'

/** What the recovery copy holds of an occupant. JSON; fields are only ever added. */
interface OccupantRecord {
  readonly room: BareJid
  readonly nick: string
  readonly id: string
  readonly role: Present
  readonly changed: number
  readonly shown: boolean
  readonly sessions: readonly {
    readonly jid: FullJid
    readonly presence: string
    readonly joined: number
    readonly welcomed: boolean
    readonly stream: string
    readonly count: number
  }[]
}

interface FarewellRecord {
  readonly room: BareJid
  readonly farewell: Farewell
}

export type DecodedRecord =
  | { readonly room: BareJid; readonly occupant: Occupant }
  | { readonly room: BareJid; readonly farewell: Farewell }
  | { readonly room: BareJid; readonly message: CarriedMessage }

export function occupantField(occupant: Pick<Occupant, 'jid'>): string {
  return `o ${occupant.jid}`
}

export function farewellField(room: BareJid, { sequence, nick }: Farewell): string {
  return `f ${sequence} ${room}/${nick}`
}

export function encodeOccupant(room: BareJid, occupant: Occupant): Uint8Array {
  const { nick, id, role, changed, shown } = occupant
  const sessions = occupant.sessions.map(({ said: _, presence, ...session }) => ({
    ...session,
    presence: presence.toString(),
  }))
  return json({ room, nick, id, role, changed, shown, sessions } satisfies OccupantRecord)
}

export function encodeFarewell(room: BareJid, farewell: Farewell): Uint8Array {
  return json({ room, farewell } satisfies FarewellRecord)
}

/** @throws when it is none */
export function decodeRecord(bytes: Buffer): DecodedRecord {
  const record = JSON.parse(bytes.toString()) as OccupantRecord | FarewellRecord | MessageRecord
  if ('farewell' in record) return record
  if ('message' in record) return { room: record.room, message: messageOf(record) }
  const { room, nick, id, role, changed, shown } = record
  const sessions = record.sessions.map((session) => ({
    ...session,
    presence: readStanza(Buffer.from(session.presence)),
  }))
  const jid = trusted<FullJid>(`${room}/${nick}`)
  const occupant = new Occupant({ nick, jid, bare: bareOf(sessions[0]!.jid), id, role, changed, sessions })
  occupant.shown = shown
  return { room, occupant }
}

function json(record: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(record))
}
