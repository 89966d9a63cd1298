import { pairKey } from '@heliograph/ownership'
import type { Direction } from '../outbound/initiation.ts'
import type { Way } from './way.ts'

/** Streams of other servers that take stanzas of ours (XEP-0288), for the owners of pairs here. */
export class Ways {
  readonly #known = new Map<string, Set<Way>>()
  /** Told of the pair that there is one for. */
  onAdded: (key: string) => void = () => {}

  add({ local, remote }: Direction, way: Way): void {
    const key = pairKey(local, remote)
    const ways = this.#known.get(key) ?? new Set()
    this.#known.set(key, ways.add(way))
    this.onAdded(key)
  }

  remove({ local, remote }: Direction, way: Way): void {
    const key = pairKey(local, remote)
    const ways = this.#known.get(key)
    if (ways?.delete(way) && ways.size === 0) this.#known.delete(key)
  }

  /** The latest. */
  find(key: string): Way | undefined {
    return [...(this.#known.get(key) ?? [])].findLast(({ stream }) => !stream.over)
  }
}
