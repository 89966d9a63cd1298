import { codecs, Op } from '@heliograph/bus'
import type { Rates } from '@heliograph/config'
import { Bucket } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** What is taken of a user's rates, by all connections together; undefined where there is none. */
export interface Spending {
  readonly rates: Rates
  readonly stanzas: Bucket | undefined
  readonly bytes: Bucket | undefined
}

/** What a head is taken to be, whatever it is. */
const HEAD_BYTES = 128
/** The edge's clock moves in steps of that. */
const LEAST_MS = 250
/** Then its client's acknowledgements are read, too, and it may send a little. */
const MOST_MS = 5_000

export function spendingOf(rates: Rates, now: number): Spending {
  const { stanzasPerSecond, bytesPerSecond, burstSeconds } = rates
  return {
    rates,
    stanzas: stanzasPerSecond > 0 ? new Bucket(stanzasPerSecond, burstSeconds, now) : undefined,
    bytes: bytesPerSecond > 0 ? new Bucket(bytesPerSecond, burstSeconds, now) : undefined,
  }
}

/**
 * Counts what a client sends towards its user's rates. Where those are exceeded the edge of this client is told not to read it for as long
 * as it takes to make up for it, and told again when what was on its way comes to much more. What has come is handled all the same: nothing is
 * refused or dropped.
 */
export function shape(context: SessionContext, user: User, resource: Resource, stanza: Stanza): void {
  const rates = context.config.rates.get(user.domain)
  if (rates === undefined) return
  const now = user.touched
  if (user.spending?.rates !== rates) user.spending = spendingOf(rates, now)
  const { stanzas, bytes } = user.spending
  const tooMany = stanzas?.take(1, now) ?? false
  const tooMuch = bytes?.take(stanza.payload.length + HEAD_BYTES, now) ?? false
  if ((!tooMany && !tooMuch) || now + waitOf(user.spending) < resource.shapedUntil + LEAST_MS) return
  resource.shapedUntil = Number.POSITIVE_INFINITY
  // At the end of the turn: what else has come by then is owed, too.
  context.router.beforeFlush(() => {
    if (resource.shapedUntil !== Number.POSITIVE_INFINITY) return
    resource.shapedUntil = 0
    if (resource.attachment === 'connected' && user.resources.includes(resource)) slowDown(context, user, resource)
  })
}

function slowDown(context: SessionContext, user: User, resource: Resource): void {
  const spending = user.spending!
  const ms = waitOf(spending)
  resource.shapedUntil = user.touched + ms
  context.events.shaped(owed(spending.stanzas) > owed(spending.bytes) ? 'stanzas' : 'bytes')
  context.outgoing.tellEdge(user, resource, Op.shape, (envelope) => {
    envelope.body = codecs.shape.encode({ ms })
  })
}

function waitOf({ stanzas, bytes }: Spending): number {
  return Math.ceil(Math.min(Math.max(owed(stanzas), owed(bytes), LEAST_MS), MOST_MS))
}

const owed = (bucket: Bucket | undefined): number => bucket?.owedMs ?? 0
