import type { InstanceId, Kind } from '@heliograph/bus'
import type { Heartbeat, Holding, LiveState, Release, Renewal } from '@heliograph/live-state'
import type { Logger } from '@heliograph/telemetry'
import type { Clock } from './clock.ts'
import type { Lease } from './lease.ts'
import { PARTITIONS } from './ownership.ts'
import type { OwnershipEvents } from './ownership-events.ts'
import { propose } from './rendezvous.ts'
import { Repeater } from './repeater.ts'
import { serviceOf } from './services.ts'
import type { Tenants } from './tenants.ts'
import type { View, ViewChange } from './view.ts'

export interface PartOptions {
  readonly kind: Kind
  readonly instance: InstanceId
  readonly rpc: string
  readonly ttlMs: number
  readonly heartbeatMs: number
  readonly liveState: LiveState
  readonly clock: Clock
  readonly log: Logger
  readonly events: OwnershipEvents
  readonly view: View
  readonly lease: Lease
  /** Undefined where the service owns nothing. */
  readonly tenants: Tenants | undefined
  /** The view changed; `told` are partitions whose new owner others should hear of from here. */
  readonly changed: (change: ViewChange, told: readonly number[], askedAt: number) => void
  /** The lease had expired in others' sight. */
  readonly lapsed: () => void
}

/** So many partitions are handed over at a time: enough to be quick, few enough that most keys are served meanwhile. */
const handOverBound = 32

/** What this instance does about the partitions of its own service: keeps its lease, claims, and hands over. */
export class Part {
  readonly #options: PartOptions
  readonly #heart = new Repeater(() => this.#beat())
  #candidates = ''
  #proposal: readonly string[] = []
  #stableSince = 0
  /** What was last followed: live state gives the same array as long as nothing changes. */
  #holdings: readonly Holding[] = []
  #draining = false
  #ended = false
  /** Our lease had run out when the store came back empty: until it is settled it can't tell whether we were usurped before. */
  #unsure = false
  #answered = false
  readonly #drained: (() => void)[] = []

  constructor(options: PartOptions) {
    this.#options = options
  }

  /** True when the last heartbeat was answered. */
  get answered(): boolean {
    return this.#answered
  }

  /** Renews the lease and settles what is to be claimed or released. Never rejects. */
  beat(): Promise<void> {
    return this.#ended ? Promise.resolve() : this.#heart.run()
  }

  drain(): Promise<void> {
    if (this.#ended) return Promise.resolve()
    const done = new Promise<void>((resolve) => this.#drained.push(resolve))
    this.#draining = true
    this.#options.tenants?.abandonLoading()
    void this.beat()
    return done
  }

  /** No more heartbeats. */
  end(): void {
    this.#ended = true
    this.#options.lease.end()
    for (const { partition } of this.#options.tenants?.held ?? []) this.#options.tenants?.lost(partition)
    for (const resolve of this.#drained.splice(0)) resolve()
  }

  async #beat(): Promise<void> {
    const { liveState, clock, events, log } = this.#options
    const sentAt = clock.now()
    const beat = this.#compose()
    try {
      const renewal = await liveState.heartbeat(beat)
      this.#answered = true
      if (this.#ended) return
      if (renewal.alive) this.#take(renewal, beat, sentAt)
      else this.#lapse()
    } catch (error) {
      this.#answered = false
      events.beatsFailed.add()
      log.debug('heartbeat_failed', { error })
    }
  }

  #compose(): Heartbeat {
    const { kind, instance, rpc, ttlMs, view, tenants } = this.#options
    return {
      service: serviceOf[kind],
      member: { instance, rpc, draining: this.#draining },
      ttlMs,
      storeId: view.standing?.storeId ?? '',
      claim: this.#claims(),
      // Who can't tell whether it was usurped gives nothing away.
      release: this.#unsure ? [] : this.#releases(),
      held: tenants?.held ?? [],
      above: view.highestEpoch,
    }
  }

  /** Partitions that should be ours and that nobody holds who lives. */
  #claims(): number[] {
    const { instance, view, tenants } = this.#options
    if (!tenants || this.#draining || !view.standing) return []
    const taken = new Uint8Array(PARTITIONS)
    for (const holding of view.standing.holdings) if (view.has(holding.instance)) taken[holding.partition] = 1
    const claims: number[] = []
    for (let partition = 0; partition < PARTITIONS; partition++) {
      if (this.#proposal[partition] === instance && taken[partition] === 0) claims.push(partition)
    }
    return claims
  }

  #releases(): Release[] {
    const releases = this.#options.tenants?.releases ?? []
    return releases.map((release) => ({ ...release, to: this.#proposal[release.partition] ?? '' }))
  }

  #take(renewal: Renewal, beat: Heartbeat, sentAt: number): void {
    const { lease, view, tenants, clock, log, heartbeatMs } = this.#options
    const emptied = beat.storeId !== '' && beat.storeId !== renewal.storeId
    const lapsed = !lease.current
    if (emptied) log.warn('live_state_came_back_empty', { lapsed })
    else if (lapsed && beat.storeId !== '') log.warn('lease_had_run_out', { settled: renewal.settled })
    if (emptied && lapsed) this.#unsure = true
    if (renewal.settled) this.#unsure = false
    if (!this.#unsure) lease.renew(sentAt)

    const change = view.apply(renewal)
    this.#propose()
    const told = tenants ? this.#reconcile(tenants, renewal, beat.release) : []
    if (tenants && lapsed && lease.current) tenants.resumed()
    if (emptied) tenants?.restore()
    this.#options.changed(change, told, sentAt)

    if (tenants) this.#handOver(tenants, renewal.settled && clock.now() - this.#stableSince >= 2 * heartbeatMs)
    if (this.#draining && !tenants?.held.length) for (const resolve of this.#drained.splice(0)) resolve()
    if (this.#claims().some((partition) => !beat.claim.includes(partition))) void this.beat()
  }

  /** Follows what the store says is ours. Returns the partitions whose owner changed by this heartbeat. */
  #reconcile(tenants: Tenants, renewal: Renewal, releases: readonly Release[]): number[] {
    if (renewal.holdings === this.#holdings && releases.length === 0) return []
    this.#holdings = renewal.holdings
    const { instance, events, view } = this.#options
    const mine = new Map(
      renewal.holdings.filter((each) => each.instance === instance).map((each) => [each.partition, each]),
    )
    const told: number[] = []
    for (const { partition, epoch } of releases) {
      if (mine.get(partition)?.epoch === epoch) continue
      tenants.released(partition)
      events.handedOver.add()
      told.push(partition)
    }
    for (const { partition, epoch } of tenants.held) {
      if (mine.get(partition)?.epoch === epoch) continue
      tenants.lost(partition)
      events.lost.add()
    }
    for (const { partition, epoch, usurped } of mine.values()) {
      if (tenants.heldEpoch(partition) === epoch) continue
      // A store that came back empty doesn't know whom it takes a partition from; we may.
      const previous = view.previousOf(partition)
      const known = previous !== undefined && previous !== instance && !view.has(previous) ? [previous] : []
      const dispossessed = [...new Set([...usurped, ...known])]
      tenants.granted(partition, epoch, dispossessed)
      events.granted.add()
      if (dispossessed.length > 0) events.usurped.add()
      told.push(partition)
    }
    return told
  }

  #propose(): void {
    const { view, clock } = this.#options
    const candidates = view.members.filter((member) => !member.draining).map((member) => member.instance)
    const key = candidates.sort().join('\n')
    if (key === this.#candidates) return
    this.#candidates = key
    this.#proposal = propose(candidates)
    this.#stableSince = clock.now()
  }

  #handOver(tenants: Tenants, stable: boolean): void {
    if (!this.#draining && !stable) return
    const { instance } = this.#options
    const others = tenants.inPhase('served').filter((partition) => this.#proposal[partition] !== instance)
    if (others.length === 0) return
    const room = handOverBound - tenants.inPhase('settling').length - tenants.inPhase('leaving').length
    for (const partition of others.slice(0, Math.max(0, room))) {
      void tenants.handOver(partition).then(() => this.beat())
    }
  }

  #lapse(): void {
    this.#options.log.error('lease_lapsed', { held: this.#options.tenants?.held.length ?? 0 })
    this.#options.events.lapsed.add()
    this.end()
    this.#options.lapsed()
  }
}
