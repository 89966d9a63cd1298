import type { InstanceId } from '@heliograph/bus'
import type { Lease as Claim, LiveState, Release } from '@heliograph/live-state'
import type { Logger } from '@heliograph/telemetry'
import type { Clock } from './clock.ts'
import { Fence } from './fence.ts'
import type { Lease } from './lease.ts'
import { PARTITIONS, type Phase, type Tenancy } from './ownership.ts'

export interface TenantsOptions {
  readonly tenancy: Tenancy
  readonly service: string
  readonly liveState: Pick<LiveState, 'write'>
  readonly lease: Lease
  readonly clock: Clock
  readonly log: Logger
  /** Resolves when what was sent so far has arrived. */
  readonly flushed: () => Promise<void>
  readonly changed: (partition: number, phase: Phase) => void
  /** Something in the store isn't as believed: look soon. */
  readonly doubt: () => void
}

const retryMs = 200

/** The life of each partition that this instance holds: fence, load, serve, hand over or lose. */
export class Tenants {
  readonly #options: TenantsOptions
  readonly #fence: Fence
  readonly #epochs = new Float64Array(PARTITIONS)
  readonly #phases = new Array<Phase>(PARTITIONS).fill('none')
  /** The tenancy's unfinished work on a partition: what comes next waits for it. */
  readonly #work = new Array<Promise<void>>(PARTITIONS).fill(Promise.resolve())
  readonly #releases = new Map<number, Omit<Release, 'to'>>()
  #held: readonly Claim[] | undefined

  constructor(options: TenantsOptions) {
    this.#options = options
    this.#fence = new Fence(options.tenancy)
  }

  /** Epoch under which the store says that a partition is ours, whatever its phase and the lease; 0 if it isn't. */
  heldEpoch(partition: number): number {
    return this.#epochs[partition] ?? 0
  }

  epochOf(partition: number): number {
    if (this.#phases[partition] === 'pending') return 0
    return this.#options.lease.current ? this.heldEpochOf(partition) : 0
  }

  heldEpochOf(partition: number): number {
    return this.#releases.has(partition) ? 0 : this.#epochs[partition]!
  }

  phaseOf(partition: number): Phase {
    const phase = this.#phases[partition] ?? 'none'
    if (this.#options.lease.current) return phase
    return phase === 'served' ? 'pending' : phase === 'settling' ? 'leaving' : phase
  }

  /** Everything held. */
  get held(): readonly Claim[] {
    this.#held ??= this.#list()
    return this.#held
  }

  inPhase(phase: Phase): number[] {
    const partitions: number[] = []
    for (let partition = 0; partition < PARTITIONS; partition++) {
      if (this.#phases[partition] === phase) partitions.push(partition)
    }
    return partitions
  }

  /** What can be given up now. */
  get releases(): readonly Omit<Release, 'to'>[] {
    return [...this.#releases.values()]
  }

  /** The store granted `partition` under `epoch`; the state comes from those it was `usurped` from. */
  granted(partition: number, epoch: number, usurped: readonly InstanceId[]): void {
    if (this.#epochs[partition] !== 0) this.lost(partition)
    this.#epochs[partition] = epoch
    this.#held = undefined
    this.#enter(partition, 'pending')
    void this.#follow(partition, () => this.#load(partition, epoch, usurped))
  }

  /** `partition` is another's. */
  lost(partition: number): void {
    const phase = this.#phases[partition]
    if (phase === 'none') return
    this.#forget(partition)
    // While it loads, the loading itself finds out and cleans up.
    if (phase !== 'pending') void this.#follow(partition, this.#unload(partition, 'lost'))
  }

  /** Begins to hand over a partition that is served; when it is done, `releases` has it. Resolves then. */
  handOver(partition: number): Promise<void> {
    const epoch = this.#epochs[partition]!
    this.#enter(partition, 'settling')
    return this.#follow(partition, async () => {
      await this.#settle(partition, epoch)
      await this.#unload(partition, 'handover')
      await this.#options.flushed()
      if (this.#epochs[partition] === epoch) this.#releases.set(partition, { partition, epoch, served: true })
    })
  }

  /** The store took note of a release. */
  released(partition: number): void {
    this.#forget(partition)
  }

  /** The lease had run out and is fresh again, and nothing was taken meanwhile. */
  resumed(): void {
    for (const partition of this.inPhase('served')) this.#options.changed(partition, 'served')
  }

  /** The store came back empty. */
  restore(): void {
    for (const partition of this.inPhase('served')) {
      const epoch = this.#epochs[partition]!
      void this.#follow(partition, () => this.#restore(partition, epoch))
    }
  }

  /** Gives up partitions that are still loading rather than going on trying. */
  abandonLoading(): void {
    for (const partition of this.inPhase('pending')) {
      const epoch = this.#epochs[partition]!
      this.#enter(partition, 'leaving')
      void this.#follow(partition, () => {
        if (this.#epochs[partition] === epoch) this.#releases.set(partition, { partition, epoch, served: false })
        return Promise.resolve()
      })
    }
  }

  async #load(partition: number, epoch: number, usurped: readonly InstanceId[]): Promise<void> {
    const { tenancy, service, liveState } = this.#options
    let began = false
    while (this.#wants(partition, epoch)) {
      try {
        await this.#fence.raise(usurped)
        if (!(await liveState.write({ service, partition, epoch }, []))) throw new Error('fenced off by a higher epoch')
        if (!this.#wants(partition, epoch)) break
        began = true
        await tenancy.load(partition, epoch, usurped.length > 0)
        if (!this.#wants(partition, epoch)) break
        return this.#enter(partition, 'served')
      } catch (error) {
        this.#options.log.warn('partition_load_failed', { partition, epoch, error })
        this.#options.doubt()
        await this.#pause()
      }
    }
    if (began) await this.#unload(partition, 'lost')
  }

  async #restore(partition: number, epoch: number): Promise<void> {
    const { tenancy, service, liveState } = this.#options
    while (this.#epochs[partition] === epoch && this.#phases[partition] === 'served') {
      try {
        if (await liveState.write({ service, partition, epoch }, [])) await tenancy.restore?.(partition, epoch)
        return
      } catch (error) {
        this.#options.log.warn('partition_restore_failed', { partition, epoch, error })
        await this.#pause()
      }
    }
  }

  async #settle(partition: number, epoch: number): Promise<void> {
    try {
      await this.#options.tenancy.settle?.(partition)
    } catch (error) {
      this.#options.log.error('partition_settle_failed', { partition, error })
    }
    if (this.#epochs[partition] === epoch) this.#enter(partition, 'leaving')
  }

  /** Never rejects: a partition is given up even when its state couldn't be flushed, or nobody would ever serve it again. */
  async #unload(partition: number, reason: 'handover' | 'lost'): Promise<void> {
    try {
      await this.#options.tenancy.unload(partition, reason)
    } catch (error) {
      this.#options.log.error('partition_unload_failed', { partition, reason, error })
    }
  }

  #list(): Claim[] {
    const held: Claim[] = []
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const epoch = this.#epochs[partition]!
      if (epoch !== 0) held.push({ partition, epoch })
    }
    return held
  }

  #wants(partition: number, epoch: number): boolean {
    return this.#epochs[partition] === epoch && this.#phases[partition] === 'pending'
  }

  #forget(partition: number): void {
    this.#epochs[partition] = 0
    this.#held = undefined
    this.#releases.delete(partition)
    this.#enter(partition, 'none')
  }

  #enter(partition: number, phase: Phase): void {
    if (this.#phases[partition] === phase) return
    this.#phases[partition] = phase
    this.#options.changed(partition, phase)
  }

  /** Puts work behind what the tenancy is still doing with the partition. */
  #follow(partition: number, work: Promise<void> | (() => Promise<void>)): Promise<void> {
    const before = this.#work[partition]!
    const next = typeof work === 'function' ? before.then(work) : before.then(() => work)
    this.#work[partition] = next
    return next
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.#options.clock.after(retryMs, resolve))
  }
}
