import { randomUUID } from 'node:crypto'
import type { Bus } from '@heliograph/bus'
import type { Carry, Verdict } from './carry.ts'
import { TAKEN } from './carry.ts'

const TIMEOUT_MS = 5_000

/**
 * On a subject of NATS, each event a message. Where `acknowledged`, with a reply subject, and taken when all were answered (a JetStream stream does, or
 * whoever listens); a reply that begins with `-`, or with an `error` in it as JetStream's, is none. Otherwise taken when sent.
 */
export function subject(bus: Bus, to: { readonly subject: string; readonly acknowledged: boolean }): Carry {
  return async (events, signal) => {
    if (!bus.online) return { kind: 'failed', reason: 'NATS is away' }
    if (to.acknowledged) return request(bus, to.subject, { events, signal })
    for (const event of events) bus.publish(to.subject, Buffer.from(event))
    return TAKEN
  }
}

async function request(
  bus: Bus,
  to: string,
  { events, signal }: { readonly events: readonly string[]; readonly signal: AbortSignal },
): Promise<Verdict> {
  const inbox = `_INBOX.${randomUUID().replaceAll('-', '')}`
  const { promise, resolve } = Promise.withResolvers<Verdict>()
  const open = new Set(events.keys())
  const unsubscribe = bus.subscribe(`${inbox}.*`, ({ subject: answered, payload, noResponders }) => {
    const reason = noResponders ? 'nobody listens' : refusalIn(payload)
    if (reason !== undefined) return resolve({ kind: 'failed', reason })
    open.delete(Number(answered.slice(inbox.length + 1)))
    if (open.size === 0) resolve(TAKEN)
  })
  const late = () => resolve({ kind: 'failed', reason: `${open.size} of ${events.length} not acknowledged` })
  const timer = setTimeout(late, TIMEOUT_MS)
  signal.addEventListener('abort', late, { once: true })
  try {
    for (const [at, event] of events.entries()) bus.publish(to, Buffer.from(event), `${inbox}.${at}`)
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', late)
    unsubscribe()
  }
}

function refusalIn(payload: Buffer): string | undefined {
  const text = payload.subarray(0, 1_000).toString()
  if (text.startsWith('-')) return text
  return /^\s*\{\s*"error"\s*:/.test(text) ? text : undefined
}
