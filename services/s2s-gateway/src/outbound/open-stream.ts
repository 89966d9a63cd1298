import type { Domain } from '@heliograph/jid'
import type { FederationContext } from '../federation/federation-context.ts'
import type { Target } from '../finding/finder.ts'
import { dial } from './dial.ts'
import { type Failure, notFound, unreachable } from './failure.ts'
import { type Direction, Initiation } from './initiation.ts'
import type { Purpose, Result } from './purpose.ts'

/** What senders are told: not what was found at which address, which would let them look around with our eyes. */
const TEXTS: Readonly<Record<Failure['condition'], string>> = {
  'remote-server-not-found': 'the domain has no server',
  'remote-server-timeout': 'the server could not be reached',
  'internal-server-error': 'no stream could be set up',
  'policy-violation': 'no stream could be set up',
  'not-allowed': 'no stream could be set up',
}

const UNRESOLVED: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA'])

/**
 * Opens a stream to another domain's server: tries where it may be, one after the other, until one is ready for the purpose. Never rejects; it takes
 * `federation.connectSeconds` at most, or until `signal` aborts.
 */
export async function openStream(
  context: FederationContext,
  direction: Direction,
  purpose: Purpose,
  signal: AbortSignal,
): Promise<Result> {
  const { local, remote } = direction
  const limit = AbortSignal.any([signal, AbortSignal.timeout(context.config.federation.connectSeconds * 1000)])
  const failure = await tryAll(context, direction, { purpose, limit })
  if (failure.kind !== 'failed') return failure
  context.events.failed()
  context.log.warn('s2s_connect_failed', { domain: remote, local, reason: failure.failure.text })
  const { condition } = failure.failure
  return { kind: 'failed', failure: { condition, text: TEXTS[condition] } }
}

interface Attempt {
  readonly purpose: Purpose
  readonly limit: AbortSignal
}

async function tryAll(context: FederationContext, direction: Direction, attempt: Attempt): Promise<Result> {
  let last: Failure | undefined
  for (const target of await targetsOf(context, direction.remote, attempt.limit)) {
    if (attempt.limit.aborted) break
    const result = await tryOne(context, direction, target, attempt)
    if (result.kind !== 'failed') return result
    last = result.failure
  }
  if (attempt.limit.aborted) return { kind: 'failed', failure: last ?? unreachable('it took too long') }
  return { kind: 'failed', failure: last ?? notFound('the domain has no XMPP server') }
}

async function targetsOf(
  { finder }: FederationContext,
  remote: Domain,
  limit: AbortSignal,
): Promise<readonly Target[]> {
  const late = Promise.withResolvers<readonly Target[]>()
  const giveUp = (): void => late.resolve([])
  limit.addEventListener('abort', giveUp)
  try {
    return await Promise.race([finder.find(remote), late.promise])
  } finally {
    limit.removeEventListener('abort', giveUp)
  }
}

async function tryOne(
  context: FederationContext,
  direction: Direction,
  target: Target,
  { purpose, limit }: Attempt,
): Promise<Result> {
  try {
    const anywhere = target.isConfigured === true || context.config.federation.privateAddresses
    const socket = await dial(target, { lookup: context.names.lookup, signal: limit, anywhere })
    const initiation = new Initiation(context, direction, { socket, directTls: target.directTls, purpose })
    const giveUp = (): void => initiation.giveUp('it took too long')
    limit.addEventListener('abort', giveUp)
    try {
      return await initiation.result
    } finally {
      limit.removeEventListener('abort', giveUp)
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { kind: 'failed', failure: UNRESOLVED.has(code) ? notFound(message) : unreachable(message) }
  }
}
