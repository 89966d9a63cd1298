import { type Envelope, type InstanceId, Kind } from '@heliograph/bus'
import type { BareJid, Domain } from '@heliograph/jid'
import { Hosts, type Ownership, partitionOf, type Router } from '@heliograph/ownership'
import { Stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import type { Change } from '../src/change.ts'
import type { FanoutContext } from '../src/context.ts'
import { fanoutEvents } from '../src/events.ts'

export const JULIET = 'juliet@capulet.example' as BareJid

interface Sent {
  readonly to: InstanceId
  readonly envelope: Envelope
  /** Answers: every recipient took it, but these. */
  readonly settle: (strays?: readonly string[]) => void
}

/** A fan-out whose surroundings a test plays. */
export class Stage {
  /** Multicasts and single stanzas, in the order sent. */
  readonly sent: Sent[] = []
  readonly receipts: [from: InstanceId, transfer: number][] = []
  /** Owners of users; those that are not named belong to `session-1`. */
  readonly owners = new Map<string, InstanceId | undefined>()
  subscribers: string[] = []
  subscribedTo: string[] = []
  version = 1
  reads = 0
  /** While set, the database doesn't answer. */
  failure: Error | undefined
  serves = true
  readonly context: FanoutContext

  constructor(config: Partial<FanoutContext['config']> = {}) {
    const { log, metrics, tracer } = silentTelemetry()
    this.context = {
      config: { flapBurst: 2, flapWindowMs: 50, cachedPublishers: 100, ...config },
      log,
      tracing: tracer,
      events: fanoutEvents(metrics),
      hosts: new Hosts(['capulet.example', 'montague.example'] as Domain[]),
      router: this.#router() as Router,
      ownership: this.#ownership() as Ownership,
      rosters: { watchers: () => this.#watchers() },
      partitionOf,
      serves: () => this.serves,
    }
  }

  /** What was sent so far, as `instance: recipients` or `pair: to`. */
  get summary(): string[] {
    return this.sent.map(({ to, envelope }) => `${to}: ${envelope.recipients?.join(' ') ?? envelope.stanza?.to}`)
  }

  #router(): Partial<Router> {
    return {
      multicast: (to, envelope, settle) => {
        this.sent.push({ to, envelope, settle: (strays = []) => settle(strays) })
      },
      transfer: (_kind, key, envelope, settle) => {
        this.sent.push({ to: key, envelope, settle: () => settle('taken') })
      },
      receipt: (from, transfer) => {
        this.receipts.push([from, transfer])
      },
    }
  }

  #ownership(): Partial<Ownership> {
    const owners = () => this.owners
    return {
      heldEpochOf: () => 7,
      ownerOf: (kind, partition) => {
        if (kind !== Kind.user) return undefined
        for (const [jid, instance] of owners()) {
          if (partitionOf(jid) === partition) return instance === undefined ? undefined : { instance, epoch: 1 }
        }
        return { instance: 'session-1', epoch: 1 }
      },
    }
  }

  async #watchers() {
    this.reads++
    if (this.failure) throw this.failure
    const { subscribers, subscribedTo, version } = this
    return { subscribers: subscribers as BareJid[], subscribedTo: subscribedTo as BareJid[], version }
  }
}

let transfers = 0

/** A change of Juliet's presence. */
export function change(
  revision: number,
  parts: { type?: string; resource?: string; rosterVersion?: number } = {},
): Change {
  const { type, resource = 'balcony', rosterVersion = 1 } = parts
  transfers++
  return {
    stanza: new Stanza({ name: 'presence', type, from: `${JULIET}/${resource}` as never }),
    revision,
    rosterVersion,
    trace: '',
    arrived: performance.now(),
    receipts: [{ from: 'session-1', transfer: transfers }],
  }
}
