import type { InstanceId } from '@heliograph/bus'
import { PARTITIONS } from '@heliograph/ownership'

/**
 * The receiving side of lanes: of each sender the partitions it may send to, because it knows under which epoch they are owned here. It says
 * so with the first envelope for each (`ids`: partition and epoch by turns); what it sent before it knew, or after something was refused
 * and before it heard of that, is refused. Or a later parcel would be had before an earlier one that is to be repeated.
 */
export class Introductions {
  readonly #epochs = new Map<InstanceId, Float64Array>()

  /** To be called with each envelope, before anything is asked about it. */
  heard(from: InstanceId, ids: readonly number[] | undefined): void {
    if (ids === undefined) return
    let epochs = this.#epochs.get(from)
    if (epochs === undefined) {
      epochs = new Float64Array(PARTITIONS)
      this.#epochs.set(from, epochs)
    }
    for (let i = 0; i + 1 < ids.length; i += 2) epochs[ids[i]!] = ids[i + 1]!
  }

  /**
   * Whether what comes for a partition, owned here under `epoch` (0 where it isn't), is to be taken. Otherwise its recipients are answered as
   * strays, and so are all that follow until the sender has heard of it.
   */
  admits(from: InstanceId, partition: number, epoch: number): boolean {
    const epochs = this.#epochs.get(from)
    if (epochs === undefined) return false
    if (epoch !== 0 && epochs[partition] === epoch) return true
    epochs[partition] = 0
    return false
  }

  /** Something for a partition can't be taken now, though it is owned here. */
  refuse(from: InstanceId, partition: number): void {
    this.admits(from, partition, 0)
  }

  /** The sender is gone. */
  forget(from: InstanceId): void {
    this.#epochs.delete(from)
  }
}
