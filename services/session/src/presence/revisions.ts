interface Told {
  revision: number
  /** In which telling. */
  telling: number
}

/**
 * The newest revision of each publisher's presence that each partition here was told, bounded. One telling, that is one envelope, may have
 * many recipients in a partition: the revision counts as told to the partition only for later ones.
 */
export class Revisions {
  /** Last the one that was told of last. */
  readonly #publishers = new Map<string, Map<number, Told>>()
  #newest = ''
  readonly #bound: number
  #size = 0
  #tellings = 0

  /** `bound`: revisions remembered, of all publishers and partitions. */
  constructor(bound = 50_000) {
    this.#bound = bound
  }

  /** Begins a telling. */
  begin(): number {
    return ++this.#tellings
  }

  /** False when the partition was told this revision, or a newer one, in an earlier telling. */
  advance(publisher: string, partition: number, revision: number, telling: number): boolean {
    const known = this.#publishers.get(publisher)
    const told = known?.get(partition)
    if (told !== undefined && told.revision >= revision) return told.revision === revision && told.telling === telling
    const partitions = known ?? new Map<number, Told>()
    if (publisher !== this.#newest) this.#renew(publisher, partitions)
    if (told === undefined) {
      partitions.set(partition, { revision, telling })
      this.#size++
      if (this.#size > this.#bound) this.#forgetOldest()
    } else {
      told.revision = revision
      told.telling = telling
    }
    return true
  }

  #renew(publisher: string, partitions: Map<number, Told>): void {
    this.#publishers.delete(publisher)
    this.#publishers.set(publisher, partitions)
    this.#newest = publisher
  }

  /** Not the one that is just being told of, however many its partitions are. */
  #forgetOldest(): void {
    for (const [publisher, partitions] of this.#publishers) {
      if (publisher === this.#newest) return
      this.#publishers.delete(publisher)
      this.#size -= partitions.size
      return
    }
  }
}
