import type { Heartbeat, Holding, Member, Release, Renewal, Standing } from './live-state.ts'

interface Seat {
  member: Member
  expires: number
}

interface Tenure {
  instance: string
  epoch: number
  usurped: readonly string[]
}

const tombstoneMs = 3_600_000
const usurpedBound = 8

/** The leases of one service in memory; the same rules as the Redis script `heartbeat`. */
export class MemoryLeases {
  readonly #now: () => number
  readonly #lapse: boolean
  readonly #seats = new Map<string, Seat>()
  readonly #tenures = new Map<number, Tenure>()
  /** What `#tenures` amounts to, until they change: standings are read many times a second and hardly ever differ. */
  #holdings: readonly Holding[] | undefined
  /** Instances that may not come back, and since when. */
  readonly #gone = new Map<string, number>()
  #storeId = ''
  #ttlMs = 0
  #touched = 0
  #settledAt = 0

  constructor(options: { now: () => number; lapse: boolean }) {
    this.#now = options.now
    this.#lapse = options.lapse
  }

  heartbeat(beat: Heartbeat, newStoreId: string): Renewal {
    const now = this.#now()
    if (this.#storeId === '') this.#create(newStoreId, now + beat.ttlMs)
    this.#touch(now)
    this.#ttlMs = beat.ttlMs
    const { instance } = beat.member
    // Of an earlier store, and too late to be told from the dead.
    const late = beat.storeId !== this.#storeId && now >= this.#settledAt
    const missing = beat.storeId !== '' && !this.#seats.has(instance) && (late || beat.storeId === this.#storeId)
    if (missing || this.#gone.has(instance)) return { alive: false, ...this.#standing(now) }
    this.#seats.set(instance, { member: beat.member, expires: now + beat.ttlMs })
    this.#reestablish(beat)
    // Who doesn't know yet that the store came back empty may have been replaced before: it gives nothing away until it has been told.
    if (beat.storeId === this.#storeId) for (const release of beat.release) this.#release(beat, release, now)
    if (!beat.member.draining) for (const partition of beat.claim) this.#claim(beat, partition, now)
    return { alive: true, ...this.#standing(now) }
  }

  standing(): Standing {
    const now = this.#now()
    if (this.#storeId !== '') this.#touch(now)
    return this.#standing(now)
  }

  leave(instance: string): void {
    this.#seats.delete(instance)
    this.#gone.set(instance, this.#now())
    // A store that came back empty may have been told by one that didn't know better what it held.
    if (this.#now() < this.#settledAt) return
    for (const tenure of this.#tenures.values()) if (tenure.instance === instance) tenure.instance = ''
    this.#holdings = undefined
  }

  expel(instances: readonly string[]): void {
    for (const instance of instances) {
      this.#seats.delete(instance)
      this.#gone.set(instance, this.#now())
    }
  }

  /** As if the store had restarted with empty memory. */
  clear(): void {
    this.#seats.clear()
    this.#tenures.clear()
    this.#gone.clear()
    this.#holdings = undefined
    this.#storeId = ''
  }

  #create(storeId: string, settledAt: number): void {
    this.#storeId = storeId
    this.#settledAt = this.#lapse ? settledAt : Number.NEGATIVE_INFINITY
    this.#touched = this.#now()
  }

  #touch(now: number): void {
    const gap = now - this.#touched
    this.#touched = now
    for (const [instance, since] of this.#gone) if (since < now - tombstoneMs) this.#gone.delete(instance)
    if (!this.#lapse) return
    if (gap < 0 || gap > this.#ttlMs / 2) {
      // Nobody was seen for a while: the store was out of reach, or its clock jumped. Nobody is to lose a lease by that.
      for (const seat of this.#seats.values()) seat.expires = now + this.#ttlMs
      if (this.#seats.size > 0) this.#settledAt = now + this.#ttlMs
    }
    for (const [instance, seat] of this.#seats) {
      if (seat.expires > now) continue
      this.#seats.delete(instance)
      this.#gone.set(instance, now)
    }
  }

  #reestablish(beat: Heartbeat): void {
    for (const { partition, epoch } of beat.held) {
      const stored = this.#tenures.get(partition)
      if (stored && stored.epoch >= epoch) continue
      this.#tenures.set(partition, { instance: beat.member.instance, epoch, usurped: [] })
      this.#holdings = undefined
    }
  }

  #release(beat: Heartbeat, release: Release, now: number): void {
    const tenure = this.#tenures.get(release.partition)
    if (tenure?.instance !== beat.member.instance || tenure.epoch !== release.epoch) return
    this.#holdings = undefined
    if (release.served) tenure.usurped = []
    const heir = this.#seats.get(release.to)
    if (heir && !heir.member.draining) {
      tenure.instance = release.to
      tenure.epoch = nextEpoch(tenure.epoch, beat.above, now)
    } else tenure.instance = ''
  }

  #claim(beat: Heartbeat, partition: number, now: number): void {
    const { instance } = beat.member
    const tenure = this.#tenures.get(partition)
    this.#holdings = undefined
    if (!tenure) {
      if (now < this.#settledAt) return
      this.#tenures.set(partition, { instance, epoch: nextEpoch(0, beat.above, now), usurped: [] })
      return
    }
    if (tenure.instance !== '') {
      if (this.#seats.has(tenure.instance) || now < this.#settledAt) return
      tenure.usurped = [...tenure.usurped.filter((each) => each !== tenure.instance), tenure.instance].slice(
        -usurpedBound,
      )
    }
    tenure.instance = instance
    tenure.epoch = nextEpoch(tenure.epoch, beat.above, now)
  }

  #standing(now: number): Standing {
    this.#holdings ??= this.#held()
    const members = [...this.#seats.values()].map((seat) => seat.member)
    const settled = this.#storeId !== '' && now >= this.#settledAt
    return { members, holdings: this.#holdings, storeId: this.#storeId, settled }
  }

  #held(): Holding[] {
    const holdings: Holding[] = []
    for (const [partition, { instance, epoch, usurped }] of this.#tenures) {
      if (instance !== '') holdings.push({ partition, instance, epoch, usurped })
    }
    return holdings
  }
}

function nextEpoch(last: number, above: number, now: number): number {
  return Math.max(last + 1, above + 1, Math.floor(now))
}
