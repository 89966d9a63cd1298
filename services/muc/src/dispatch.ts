import { type Envelope, type InstanceId, Kind, Op } from '@heliograph/bus'
import { type BareJid, localOf, trusted } from '@heliograph/jid'
import { errorReply, type Stanza, stanzaError } from '@heliograph/stanza'
import { hop } from '@heliograph/telemetry'
import { type Arrived, refuse, say } from './arrived.ts'
import type { MucContext } from './context.ts'
import { answerIq, handleIq } from './iqs/iq.ts'
import { handleMessage } from './messages/message.ts'
import { handlePresence } from './presence/presence.ts'
import { checkBeliefs } from './recovery/beliefs.ts'
import { openRoom } from './recovery/repeat-last.ts'
import type { Room, Work } from './room.ts'

const handlers: Record<Stanza['name'], (context: MucContext, arrived: Arrived) => void | Promise<void>> = {
  message: handleMessage,
  presence: handlePresence,
  iq: handleIq,
}

/** Envelopes for rooms owned here: each into its room's mailbox; those for the service itself are answered at once. */
export function receive(context: MucContext, envelope: Envelope, from: InstanceId): void {
  const { key, partition, stanza, op } = envelope
  if (op === Op.believe) return checkBeliefs(context, envelope)
  if (op !== Op.route || !stanza?.from || stanza.to === undefined) {
    context.log.warn('unknown_operation', { op, from })
    return context.router.receipt(from, envelope.transfer)
  }
  const jid = trusted<BareJid>(key)
  if (localOf(jid) === '') return receiveForService(context, envelope, from)
  const room = context.rooms.get(jid, partition)
  if (room.mailbox.push({ envelope, from })) return
  context.events.full()
  refuse(context, arrivedIn(context, room, { envelope, from }), 'resource-constraint')
}

/** Runs in the room's mailbox. */
export function handle(context: MucContext, room: Room, work: Work): void | Promise<void> {
  room.touched = performance.now()
  if (typeof work === 'function') return work()
  if (room.details !== undefined) return act(context, room, work)
  return openRoom(context, room).then((isOurs) => (isOurs ? act(context, room, work) : undefined))
}

function act(context: MucContext, room: Room, work: Exclude<Work, () => void>): void | Promise<void> {
  const arrived = arrivedIn(context, room, work)
  try {
    const done = handlers[arrived.stanza.name](context, arrived)
    return done instanceof Promise ? done.catch((error: unknown) => fail(context, arrived, error)) : undefined
  } catch (error) {
    fail(context, arrived, error)
  }
}

/** What nobody foresaw. */
function fail(context: MucContext, arrived: Arrived, error: unknown): void {
  context.log.error('operation_failed', { room: arrived.room.jid, kind: arrived.stanza.name, error })
  refuse(context, arrived, 'internal-server-error')
}

function arrivedIn(context: MucContext, room: Room, { envelope, from }: Exclude<Work, () => void>): Arrived {
  const { stream, count, transfer } = envelope
  const stanza = envelope.stanza!
  const span = hop(context.tracing, 'muc', envelope.trace)
  const taken = () => {
    span.end()
    context.router.receipt(from, transfer)
  }
  return { room, stanza, from: trusted(stanza.from!), stream, count, trace: span.trace, taken }
}

/** To the service's own address. */
function receiveForService(context: MucContext, envelope: Envelope, from: InstanceId): void {
  const stanza = envelope.stanza!
  const taken = () => context.router.receipt(from, envelope.transfer)
  const emitter = { jid: trusted<BareJid>(envelope.key), partition: envelope.partition }
  const send = (reply: Stanza | undefined) => {
    if (reply) say(context, emitter, reply)
    taken()
  }
  if (stanza.name !== 'iq') {
    const isIgnored = stanza.name === 'presence' && stanza.type !== undefined
    return send(isIgnored ? undefined : errorReply(stanza, stanzaError('service-unavailable')))
  }
  const answer = answerIq(context, 'server', { stanza, asked: { muc: context, from: trusted(stanza.from!) } })
  if (!(answer instanceof Promise)) return send(answer)
  answer.then(send).catch((error: unknown) => context.log.error('answer_failed', { kind: Kind.room, error }))
}
