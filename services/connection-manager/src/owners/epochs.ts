import { PARTITIONS } from '@heliograph/ownership'

/** The highest epoch seen of each user partition: what comes under a lower one is from an owner that was replaced. */
export class Epochs {
  readonly #highest = new Float64Array(PARTITIONS)

  /** False when the epoch has been overtaken. */
  admits(partition: number, epoch: number): boolean {
    const highest = this.#highest[partition]
    if (highest === undefined || epoch < highest) return false
    this.#highest[partition] = epoch
    return true
  }
}
