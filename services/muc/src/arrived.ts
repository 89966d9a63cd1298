import { Envelope, Kind, Op } from '@heliograph/bus'
import { type Jid, trusted } from '@heliograph/jid'
import type { Outcome } from '@heliograph/ownership'
import { errorReply, type Stanza, type StanzaCondition, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { MucContext } from './context.ts'
import type { Room } from './room.ts'

/** A stanza for a room or one in it. `taken` must be called once custody is had of it. */
export interface Arrived {
  readonly room: Room
  readonly stanza: Stanza
  readonly from: Jid
  /** Ingress id; no stream where a server made it. */
  readonly stream: string
  readonly count: number
  readonly trace: string
  readonly taken: () => void
}

/** Answers the sender with an error, where errors are allowed (RFC 6120 §8.3.1), and counts the stanza as taken. */
export function refuse(
  context: MucContext,
  { room, stanza, taken }: Pick<Arrived, 'room' | 'stanza' | 'taken'>,
  error: StanzaError | StanzaCondition,
): void {
  const reason = typeof error === 'string' ? stanzaError(error) : error
  // XEP-0045 §7.2: the room says that it was the room.
  const reply = stanza.from && errorReply(stanza, { by: room.jid, ...reason })
  if (reply) {
    context.events.refused()
    say(context, room, reply)
  }
  taken()
}

/** Sends one stanza in the name of a room, apart from what its occupants hear in order: answers, requests, invitations. */
export function say(
  context: Pick<MucContext, 'hosts' | 'ownership' | 'router'>,
  room: Pick<Room, 'jid' | 'partition'>,
  stanza: Stanza,
  settle: (outcome: Outcome) => void = ignore,
): void {
  const to = trusted<Jid>(stanza.to!)
  const envelope = new Envelope(Op.route)
  envelope.emitterKind = Kind.room
  envelope.emitterPartition = room.partition
  envelope.epoch = context.ownership.heldEpochOf(room.partition)
  envelope.stanza = stanza
  context.router.transfer(context.hosts.kindOf(to), context.hosts.keyOf(to, room.jid), envelope, settle)
}

function ignore(): void {}
