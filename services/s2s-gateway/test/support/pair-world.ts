import type { TestContext } from 'node:test'
import { IdClock } from '@heliograph/archive'
import type { Envelope } from '@heliograph/bus'
import { ensureDomain } from '@heliograph/jid'
import { Gate, Hosts } from '@heliograph/ownership'
import { type Stanza, stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { Element, type ParsedElement } from '@heliograph/xml'
import { federationEvents } from '../../src/federation/events.ts'
import type { FederationContext } from '../../src/federation/federation-context.ts'
import { PeerPolicy } from '../../src/federation/peer-policy.ts'
import { Setbacks } from '../../src/finding/setbacks.ts'
import { MulticastServices } from '../../src/multicast/services.ts'
import { unreachable } from '../../src/outbound/failure.ts'
import type { Direction, Initiation } from '../../src/outbound/initiation.ts'
import type { Purpose, Result } from '../../src/outbound/purpose.ts'
import { entryOf } from '../../src/pairs/entry.ts'
import { Pair } from '../../src/pairs/pair.ts'
import { Ways } from '../../src/pairs/ways.ts'
import type { Backlog, Fate, Kept, Place, QueueStore, Trail } from '../../src/queue/queue-store.ts'
import { Shares } from '../../src/shares.ts'
import { Allowances } from '../../src/streams/allowances.ts'
import type { Management } from '../../src/streams/management.ts'
import { ANYTHING } from './anything.ts'

export const [local, remote] = [ensureDomain('capulet.example'), ensureDomain('montague.example')]
export const turn = (): Promise<unknown> => new Promise(setImmediate)

/** Commits at the end of the turn. */
export class FakeStore implements QueueStore {
  readonly rows: Kept[] = []
  trail: Trail | undefined
  fate: Fate = 'stored'

  add(_place: Place, kept: Kept, told: (fate: Fate) => void): boolean {
    queueMicrotask(() => {
      if (this.fate === 'stored') this.rows.push(kept)
      told(this.fate)
    })
    return true
  }

  remove(_place: Place, seq: number): void {
    this.rows.splice(
      this.rows.findIndex((row) => row.seq === seq),
      1,
    )
  }

  note(_place: Place, trail: Trail | undefined, noted: () => void = () => {}): void {
    queueMicrotask(() => {
      this.trail = trail
      noted()
    })
  }

  async trails(): Promise<ReadonlyMap<string, Trail>> {
    return new Map(this.trail === undefined ? [] : [[`${local} ${remote}`, this.trail]])
  }

  async backlogs(): Promise<readonly Backlog[]> {
    const [first, last] = [this.rows[0], this.rows.at(-1)]
    if (first === undefined || last === undefined) return []
    const bytes = this.rows.reduce((sum, { stanza }) => sum + stanza.payload.length, 0)
    return [{ pair: `${local} ${remote}`, stanzas: this.rows.length, bytes, first: first.seq, last: last.seq }]
  }

  async page(_place: Place, { after, upTo }: { after: number; upTo: number }): Promise<readonly Kept[]> {
    return this.rows.filter(({ seq }) => seq > after && seq <= upTo).slice(0, 3)
  }

  async flushed(): Promise<void> {}
}

/** The other server, and the way there. */
class Network {
  isUp = false
  /** Whether the kernel does. */
  takes = true
  readonly said: string[] = []
  /** What was to be resumed, a stream each. */
  readonly resumes: (string | undefined)[] = []
  /** What that server answers where it acknowledges what it is sent. */
  manages: (resume: string | undefined) => Management | undefined = () => undefined
  #last: Partial<Pick<Initiation, 'onManagement'>> = {}

  acknowledges(h: number): void {
    this.#last.onManagement?.({ name: 'a', element: { attrs: { h: `${h}` } } } as unknown as ParsedElement)
  }

  readonly open = async (_context: FederationContext, _direction: Direction, purpose: Purpose): Promise<Result> => {
    if (!this.isUp) return { kind: 'failed', failure: unreachable('it is away') }
    const resume = purpose.kind === 'carry' ? purpose.resume : undefined
    this.resumes.push(resume)
    const gone = Promise.withResolvers<void>()
    const initiation = {
      ...{ stream: {}, mostBytes: 10_000, management: this.manages(resume) },
      onEnded: (_end: { readonly by: 'us' }): void => {},
      onManagement: (_parsed: ParsedElement): void => {},
      isOurs: true,
      finish: async () => end(),
    }
    const end = (): void => {
      Object.assign(initiation.stream, { over: true })
      initiation.onEnded({ by: 'us' })
      gone.resolve()
    }
    Object.assign(initiation.stream, {
      ...{ backlog: 0, over: false, gone: gone.promise, close: end, destroy: end },
      write: (bytes: Buffer | string, told?: () => void) => {
        if (typeof bytes === 'string') return
        this.said.push(bytes.toString())
        if (this.takes && told !== undefined) queueMicrotask(told)
      },
    })
    this.#last = initiation
    return { kind: 'ready', initiation: initiation as unknown as Initiation }
  }
}

/** The network between two servers, an owner of the pair, and what is in the database. */
export function world(test: TestContext, store = new FakeStore(), { queueStanzas = 100 } = {}) {
  test.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000_000 })
  const telemetry = silentTelemetry()
  const errors: { readonly reply: string; readonly stream: string; readonly settle: () => void }[] = []
  const context = {
    ...telemetry,
    events: federationEvents(telemetry.metrics),
    config: { federation: { connectSeconds: 20, takeSeconds: 60, idleSeconds: 600, queueSeconds: 3_600 } },
    setbacks: new Setbacks(),
    ways: new Ways(),
    policy: new PeerPolicy(ANYTHING),
    refusals: { tell() {} },
    allowances: { out: new Allowances() },
    hosts: new Hosts([local]),
    ownership: { heldEpochOf: () => 1 },
    router: {
      transfer: (_kind: number, _key: string, { stanza, stream }: Envelope, settle: () => void) =>
        errors.push({ reply: `${stanza!.toBytes()}`, stream, settle }),
    },
  } as unknown as FederationContext
  const network = new Network()
  let now = 0
  test.mock.method(performance, 'now', () => now)
  const keeping = { store, clock: new IdClock(), mostStanzas: queueStanzas }
  const shares = new Shares({ stanzas: 1_000, bytes: 1e6 })
  const pair = new Pair(
    context,
    { open: network.open, connects: new Gate(1), shares, keeping, services: new MulticastServices() },
    { local, remote },
    7,
  )
  const taken: string[] = []
  const push = (key: string, sent: Stanza = message(key)) => pair.push(entryOf(sent, key, () => taken.push(key)))
  const sweepAt = async (at: number): Promise<boolean> => {
    now = at
    test.mock.timers.setTime(1_000_000 + at)
    const mayGo = pair.sweep(at)
    for (let i = 0; i < 10; i++) await turn()
    return mayGo
  }
  return { pair, store, network, errors, taken, push, sweepAt, shares }
}

export function message(body: string): Stanza {
  const addresses = { from: `juliet@${local}` as never, to: `romeo@${remote}` as never }
  return stanza('message', addresses).append(new Element('body').t(body))
}

export const bodies = (said: readonly string[]) => said.map((text) => /<(?:body|status)>([^<]*)/.exec(text)?.[1])
