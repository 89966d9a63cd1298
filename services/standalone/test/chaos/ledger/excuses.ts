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
    why: 'the owner of the session died when Redis was lost',
  },
  {
    covers: is('session'),
    struck: ['redis-lost', 'session-drained'],
    why: 'the session was being handed over when Redis was lost',
  },
  {
    covers: is('repeated', 'private'),
    struck: ['edge', 'session'],
    why: 'owner and edge died in the same moment: nobody knows how far their client came with what rooms sent lately',
  },
  {
    covers: is('repeated', 'unlogged room'),
    struck: ['edge', 'session'],
    why: 'a client that lost its session says again what it has no acknowledgement of, and nothing of it is stored',
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
  {
    covers: is('reordered', 'letter'),
    struck: ['postgres-away'],
    why: 'what waited could not be read for more than 2 s, and came after what came live',
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
/** After Redis or Postgres was away it takes so long until everything is written that others may need. */
const LINGERS_MS = 5_000

const endOf = ({ recovered, ended }: Performed): number => recovered ?? ended

/** The finding, with the bound that covers it, if one does: what it names was struck by faults of one beat. */
export function judge(finding: Finding, performed: readonly Performed[]): Finding {
  const { atMs } = finding
  const near = performed.filter((it) => atMs >= it.began - AFTER_MS && atMs <= endOf(it) + BEFORE_MS)
  const covers = ({ struck }: Excuse) => near.some((it) => struck.every((each) => struckWith(it, performed).has(each)))
  const excuse = EXCUSES.find((it) => it.covers(finding) && covers(it))
  return excuse === undefined ? finding : { ...finding, excuse: excuse.why }
}

/** What hasn't come to rest some seconds after it was struck. An owner of users that is back is handed over what the others hold for it. */
const LINGERING: Partial<Record<Strike, Strike>> = {
  'redis-lost': 'redis-lost',
  'postgres-away': 'postgres-away',
  session: 'session-drained',
  'session-drained': 'session-drained',
}

/** What was struck in a beat, and what hadn't yet come to rest from those before it. */
function struckWith(one: Performed, performed: readonly Performed[]): ReadonlySet<Strike> {
  const strikesOf = ({ beat }: Performed) => beat.steps.flatMap(({ strikes }) => strikes)
  const lingering = performed.filter((it) => endOf(it) <= one.began && endOf(it) + LINGERS_MS >= one.began)
  const lingers = lingering.flatMap(strikesOf).map((strike) => LINGERING[strike])
  return new Set([...strikesOf(one), ...lingers.filter((strike) => strike !== undefined)])
}
