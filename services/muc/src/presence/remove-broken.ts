import { readError } from '@heliograph/stanza'
import type { Arrived } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import type { Occupant, Session } from '../occupant.ts'
import { departBy } from './depart.ts'

/** Errors which say that nobody is there any more to whom the room could speak. */
const GONE: ReadonlySet<string> = new Set([
  'gone',
  'item-not-found',
  'jid-malformed',
  'recipient-unavailable',
  'redirect',
  'remote-server-not-found',
  'remote-server-timeout',
  'service-unavailable',
])

/** What the room sent to a client came back: if that isn't there any more it is removed (XEP-0045 §18.2, status 333). */
export function removeBroken(
  context: MucContext,
  { room, stanza }: Pick<Arrived, 'room' | 'stanza'>,
  { occupant, session }: { readonly occupant: Occupant; readonly session: Session },
): void {
  if (GONE.has(readError(stanza).condition)) departBy(context, room, occupant, { session, codes: [307, 333] })
}
