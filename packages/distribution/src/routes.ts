import { Kind } from '@heliograph/bus'
import { type Owner, type Ownership, PARTITIONS } from '@heliograph/ownership'

/** Who owns the partitions of users, and when that changed. */
export class Routes {
  readonly #ownership: Pick<Ownership, 'ownerOf' | 'onOwner' | 'refresh'>
  readonly #rerouted: (partition: number) => void
  /** Under which each partition was last used, 0 before. */
  readonly #epochs = new Float64Array(PARTITIONS)
  /** Under which epoch the owner of each partition knows that we know it, 0 where it is to be told (see `Introductions`). */
  readonly #introduced = new Float64Array(PARTITIONS)
  #view = 0

  /** `rerouted` is called before the first use of a new owner, `changed` when an owner is known who was not. */
  constructor(
    ownership: Pick<Ownership, 'ownerOf' | 'onOwner' | 'refresh'>,
    { rerouted, changed }: { readonly rerouted: (partition: number) => void; readonly changed: () => void },
  ) {
    this.#ownership = ownership
    this.#rerouted = rerouted
    ownership.onOwner(Kind.user, (partition) => {
      this.#view++
      this.ownerOf(partition)
      changed()
    })
  }

  /** Another number whenever an owner may have changed. */
  get view(): number {
    return this.#view
  }

  ownerOf(partition: number): Owner | undefined {
    const owner = this.#ownership.ownerOf(Kind.user, partition)
    if (owner && this.#epochs[partition] !== owner.epoch) {
      const isFirst = this.#epochs[partition] === 0
      this.#epochs[partition] = owner.epoch
      this.#view++
      if (!isFirst) this.#rerouted(partition)
    }
    return owner
  }

  /** What an envelope for these partitions has to say first, as `ids`: partition and epoch by turns. */
  introduce(partitions: ReadonlySet<number>): number[] | undefined {
    let ids: number[] | undefined
    for (const partition of partitions) {
      const epoch = this.#epochs[partition]!
      if (this.#introduced[partition] === epoch) continue
      this.#introduced[partition] = epoch
      ids ??= []
      ids.push(partition, epoch)
    }
    return ids
  }

  /** Something for the partition came back. False when nothing was sent there since that was known. */
  refused(partition: number): boolean {
    if (this.#introduced[partition] === 0) return false
    this.#introduced[partition] = 0
    this.look()
    return true
  }

  /** Owners are not who we think they are. */
  look(): void {
    this.#view++
    void this.#ownership.refresh(Kind.user)
  }
}
