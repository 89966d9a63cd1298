import type { Account, Security } from './client/endpoint.ts'
import type { LoadParams } from './scenarios/load.ts'

/** What one unit of a case's figure is. */
export type Unit = 'stanza' | 'login' | 'session' | 'page'

/** One row of the table: a scenario with its numbers, and what the server must be set up with. */
export interface BenchCase {
  readonly id: string
  readonly title: string
  readonly scenario: string
  readonly unit: Unit
  readonly security: Security
  readonly archive: boolean
  /** Users taken from the pool; rows of one pool share accounts, so that only presence has full rosters. */
  readonly pool: 'user' | 'friend'
  readonly users: number
  readonly params: LoadParams
  /** Whether each run needs a server just started: memory that an earlier load left behind would hide what a session takes. */
  readonly fresh?: boolean
  /** Takes long to set up, so only who names it gets it. */
  readonly byHand?: boolean
}

type Variant = Partial<Pick<BenchCase, 'security' | 'archive' | 'users' | 'params'>>

function chat(id: string, title: string, variant: Variant = {}): BenchCase {
  const base = {
    scenario: 'chat',
    unit: 'stanza',
    security: 'starttls',
    archive: false,
    pool: 'user',
    users: 400,
  } as const
  return { id, title, ...base, params: {}, ...variant }
}

function presence(id: string, title: string, rate: number): BenchCase {
  const base = { scenario: 'presence', unit: 'stanza', security: 'starttls', archive: false, pool: 'friend' } as const
  return { id, title, ...base, users: 200, params: { contacts: 20, rate } }
}

function rooms(id: string, title: string, occupants: number, variant: Variant = {}): BenchCase {
  const base = { scenario: 'rooms', unit: 'stanza', security: 'starttls', archive: false, pool: 'user' } as const
  return { id, title, ...base, users: 200, ...variant, params: { occupants, ...variant.params } }
}

function pubsub(id: string, title: string, subscribers: number, variant: Variant = {}): BenchCase {
  const base = { scenario: 'pubsub', unit: 'stanza', security: 'starttls', archive: false, pool: 'user' } as const
  return { id, title, ...base, users: 200, ...variant, params: { subscribers, ...variant.params } }
}

function sessions(scenario: 'login' | 'idle', title: string, security: Security): BenchCase {
  const id = `${scenario}-${security === 'plain' ? 'plain' : 'tls'}`
  const size = scenario === 'login' ? 400 : 1200
  const unit = scenario === 'login' ? 'login' : 'session'
  const base = { id, title, scenario, unit, security, archive: false, pool: 'user', users: size, params: {} } as const
  return scenario === 'idle' ? { ...base, fresh: true } : base
}

/** Every row, in the table's order. TLS unless a row says otherwise. */
export const CASES: readonly BenchCase[] = [
  sessions('login', 'login, TLS', 'starttls'),
  sessions('login', 'login, plain', 'plain'),
  sessions('idle', 'idle session, TLS', 'starttls'),
  sessions('idle', 'idle session, plain', 'plain'),
  chat('chat-closed-plain', 'chat closed, plain', { security: 'plain' }),
  chat('chat-closed', 'chat closed'),
  chat('chat-closed-sm', 'chat closed, 0198', { params: { sm: true } }),
  chat('chat-1000', 'chat open 1000', { params: { rate: 1000 } }),
  chat('chat-5000', 'chat open 5000', { params: { rate: 5000 } }),
  chat('chat-5000-plain', 'chat open 5000, plain', { security: 'plain', params: { rate: 5000 } }),
  chat('chat-1000-sm', 'chat open 1000, 0198', { params: { rate: 1000, sm: true } }),
  presence('presence-2000', 'presence 200×20, open 2000', 2000),
  presence('presence-6000', 'presence 200×20, open 6000', 6000),
  chat('chat-closed-archive', 'chat closed, archive', { archive: true }),
  chat('chat-1000-archive', 'chat open 1000, archive', { archive: true, params: { rate: 1000 } }),
  rooms('rooms-2x100-closed', 'rooms 2×100, closed', 100),
  rooms('rooms-2x100', 'rooms 2×100, open 2000', 100, { params: { rate: 2000 } }),
  rooms('rooms-2x100-archive', 'rooms 2×100, open 2000, archive', 100, { archive: true, params: { rate: 2000 } }),
  rooms('rooms-20x10', 'rooms 20×10, open 2000', 10, { params: { rate: 2000 } }),
  rooms('rooms-1x500', 'room 1×500, open 2000', 500, { users: 500, params: { rate: 2000 } }),
  rooms('rooms-1x1000', 'room 1×1000, open 2000', 1000, { users: 1000, params: { rate: 2000 } }),
  pubsub('pubsub-100', 'node 1×100, open 2000', 100, { users: 100, params: { rate: 2000 } }),
  pubsub('pubsub-100-closed', 'node 1×100, closed', 100, { users: 100 }),
  pubsub('pubsub-10', 'nodes 20×10, open 2000', 10, { params: { rate: 2000 } }),
  pubsub('pubsub-1000', 'node 1×1000, open 2000', 1000, { users: 1000, params: { rate: 2000 } }),
  {
    ...pubsub('pubsub-100000', 'node of 100 000, 1000 of them online, closed', 1000, { users: 1000 }),
    params: { subscribers: 1000, absent: 99_000 },
    byHand: true,
  },
  {
    ...rooms('rooms-1x10000', 'room 1×10000, open 2000', 10_000, {
      users: 10_000,
      params: { rate: 2000, quiet: true },
    }),
    byHand: true,
  },
  {
    ...rooms('rooms-beside-10000', 'rooms 20×10 beside 1×10000', 10, {
      users: 10_200,
      params: { rate: 2000, crowd: 10_000, crowdRate: 10_000, quiet: true },
    }),
    byHand: true,
  },
  {
    id: 'archive-page',
    title: 'archive page of 50',
    scenario: 'archive-page',
    unit: 'page',
    security: 'starttls',
    archive: true,
    pool: 'user',
    users: 20,
    params: { page: 50 },
  },
]

/** The rows meant by a list of ids, prefixes of ids, or `all` but those by hand; throws on a word that means none. */
export function selectCases(words: readonly string[]): readonly BenchCase[] {
  const usual = CASES.filter((row) => row.byHand !== true)
  if (words.includes('all')) return usual
  const chosen = new Set<BenchCase>()
  for (const word of words) {
    const exact = CASES.filter((row) => row.id === word)
    const meant = exact.length > 0 ? exact : usual.filter((row) => row.id.startsWith(`${word}-`))
    if (meant.length === 0) throw new Error(`no scenario ${word}; known: ${CASES.map((row) => row.id).join(' ')}`)
    for (const row of meant) chosen.add(row)
  }
  return CASES.filter((row) => chosen.has(row))
}

/** The first `count` accounts of a pool: user0, user1 … each with `bench-NAME` as its password. */
export function accountsOf(pool: BenchCase['pool'], count: number): Account[] {
  return Array.from({ length: count }, (_, index) => ({ name: `${pool}${index}`, password: `bench-${pool}${index}` }))
}
