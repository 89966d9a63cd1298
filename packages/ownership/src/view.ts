import type { InstanceId } from '@heliograph/bus'
import type { Holding, Member, Standing } from '@heliograph/live-state'
import { type Owner, PARTITIONS } from './ownership.ts'

/** What changed in a view. */
export interface ViewChange {
  /** Partitions that got an owner or a new epoch. */
  readonly owners: readonly number[]
  /** Members that left or whose lease expired. */
  readonly departed: readonly InstanceId[]
  readonly joined: boolean
  /** The store came back empty since it was last read. */
  readonly emptied: boolean
}

/** The members of one service and the owners of its partitions, as last read or announced. */
export class View {
  readonly #owners: (Owner | undefined)[] = new Array<Owner | undefined>(PARTITIONS).fill(undefined)
  /** Highest epoch known of each partition, kept when its owner is gone: what is older isn't believed. */
  readonly #epochs = new Float64Array(PARTITIONS)
  /** Of all partitions. */
  #highestEpoch = 0
  /** Who was known to own each partition before its present owner. */
  readonly #previous = new Array<InstanceId | undefined>(PARTITIONS).fill(undefined)
  readonly #last = new Array<InstanceId | undefined>(PARTITIONS).fill(undefined)
  #members = new Map<InstanceId, Member>()
  #standing: Standing | undefined
  readonly #gone: (instance: InstanceId) => boolean

  /** `gone` says who has departed and must not return, whatever the store says. */
  constructor(gone: (instance: InstanceId) => boolean) {
    this.#gone = gone
  }

  get members(): readonly Member[] {
    return [...this.#members.values()]
  }

  /** As last read; undefined before the first time. */
  get standing(): Standing | undefined {
    return this.#standing
  }

  get highestEpoch(): number {
    return this.#highestEpoch
  }

  has(instance: InstanceId): boolean {
    return this.#members.has(instance)
  }

  ownerOf(partition: number): Owner | undefined {
    return this.#owners[partition]
  }

  /** Who was known to own `partition` before its present owner, if anyone. */
  previousOf(partition: number): InstanceId | undefined {
    return this.#previous[partition]
  }

  /** Takes in a standing from the store. Members that it lacks have departed, unless the store says that it isn't settled. */
  apply(standing: Standing): ViewChange {
    const present = standing.members.filter((member) => !this.#gone(member.instance))
    const members = new Map(present.map((member) => [member.instance, member]))
    const missing = [...this.#members.values()].filter((member) => !members.has(member.instance))
    if (!standing.settled) for (const member of missing) members.set(member.instance, member)
    const departed = standing.settled ? missing.map((member) => member.instance) : []
    const joined = present.some((member) => !this.#members.has(member.instance))
    const known = this.#standing?.storeId ?? ''
    const emptied = known !== '' && standing.storeId !== '' && standing.storeId !== known
    this.#members = members
    this.#standing = standing
    if (standing.settled) this.#forgetAbsent()
    const owners = standing.holdings.filter((holding) => members.has(holding.instance) && this.learn(holding))
    return { owners: owners.map((holding) => holding.partition), departed, joined, emptied }
  }

  /** Takes in one owner. True when it is news. */
  learn({ partition, epoch, instance }: Pick<Holding, 'partition' | 'epoch' | 'instance'>): boolean {
    const known = this.#epochs[partition]!
    if (this.#gone(instance)) return false
    if (epoch < known || (epoch === known && this.#owners[partition] !== undefined)) return false
    this.#epochs[partition] = epoch
    if (epoch > this.#highestEpoch) this.#highestEpoch = epoch
    if (this.#last[partition] !== instance) {
      this.#previous[partition] = this.#last[partition]
      this.#last[partition] = instance
    }
    this.#owners[partition] = { instance, epoch }
    return true
  }

  #forgetAbsent(): void {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const owner = this.#owners[partition]
      if (owner && !this.#members.has(owner.instance)) this.#owners[partition] = undefined
    }
  }
}
