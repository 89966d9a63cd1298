import type { Strike } from '../faults/fault.ts'
import type { Performed } from '../perform.ts'
import type { Finding } from './finding.ts'

/** A bound of a promise that docs/architecture.md names: what needn't hold when these were struck at about the same time. */
interface Excuse {
  readonly covers: (finding: Finding) => boolean
  readonly struck: readonly Strike[]
  readonly why: string
}

const is =
  (concern: Finding['concern'], ...kinds: string[]) =>
  (finding: Finding): boolean =>
    finding.concern === concern && (kinds.length === 0 || kinds.includes(finding.kind))

const EXCUSES: readonly Excuse[] = [
  { covers: is('session'), struck: ['edge', 'session'], why: 'owner and edge died in the same moment' },
  {
    covers: is('session'),
    struck: ['redis-lost', 'session'],
    why: 'the owner of a hibernating session died when Redis was lost',
  },
  {
    covers: is('repeated', 'private'),
    struck: ['muc'],
    why: "a private message whose room's owner dies before it could confirm it",
  },
  {
    covers: is('repeated', 'private'),
    struck: ['session'],
    why: 'an owner died before it could confirm what it stores nothing of',
  },
  {
    covers: is('repeated', 'presence'),
    struck: ['session'],
    why: "a watcher's owner died before it could confirm a change",
  },
  { covers: is('repeated', 'presence'), struck: ['fanout'], why: 'an instance died before it could confirm a change' },
  {
    covers: is('repeated', 'room'),
    struck: ['postgres-away', 'muc'],
    why: 'Postgres stalled and the owner died before it wrote what it had sent on',
  },
  {
    covers: is('archive', 'room'),
    struck: ['postgres-away', 'muc'],
    why: 'Postgres stalled and the owner died before it wrote what it had sent on',
  },
  { covers: is('occupant'), struck: ['redis-lost', 'muc'], why: 'the recovery copy of the room was lost with Redis' },
  {
    covers: is('occupant'),
    struck: ['redis-lost', 'session'],
    why: 'the recovery copy of the session was lost with Redis',
  },
  {
    covers: is('lost', 'unlogged room'),
    struck: ['redis-lost', 'muc'],
    why: 'what was on its way in a room without archive, when Redis was lost',
  },
  { covers: is('ghost'), struck: ['redis-lost', 'session'], why: 'hibernating sessions that were lost with Redis' },
]

/** Faults so near may have caused a finding, ms. */
const BEFORE_MS = 30_000
const AFTER_MS = 5_000

/** The finding, with the bound that covers it, if one does. */
export function judge(finding: Finding, performed: readonly Performed[]): Finding {
  const near = performed.filter(
    ({ began, recovered, ended }) =>
      finding.atMs >= began - AFTER_MS && finding.atMs <= (recovered ?? ended) + BEFORE_MS,
  )
  const struck = new Set(near.flatMap(({ beat }) => beat.steps.flatMap(({ strikes }) => strikes)))
  const excuse = EXCUSES.find((it) => it.covers(finding) && it.struck.every((strike) => struck.has(strike)))
  return excuse === undefined ? finding : { ...finding, excuse: excuse.why }
}
