import type { BareJid } from '@heliograph/jid'
import { readStanza } from '@heliograph/stanza'
import type { CarriedMessage } from './carried.ts'

/** What the recovery copy holds of a message that no archive has. JSON; fields are only ever added. */
export interface MessageRecord {
  readonly room: BareJid
  readonly message: {
    readonly id: number
    readonly stream: string
    readonly count: number
    readonly stanza: string
  }
}

export function messageField(room: BareJid, { id }: CarriedMessage): string {
  return `m ${id} ${room}`
}

export function encodeMessage(room: BareJid, { id, stream, count, stanza }: CarriedMessage): Uint8Array {
  const message = { id, stream, count, stanza: stanza.toString() }
  return Buffer.from(JSON.stringify({ room, message } satisfies MessageRecord))
}

export function messageOf({ message }: MessageRecord): CarriedMessage {
  return { ...message, stanza: readStanza(Buffer.from(message.stanza)) }
}
