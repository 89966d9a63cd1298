import { BoundedMap } from '../bounded-map.ts'

const REMEMBERED = 128

/** Origin ids of the last messages that a user's clients sent and that are archived, with the ingress key each came in by first. */
export class Origins {
  readonly #keys = new BoundedMap<string>(REMEMBERED)

  /** The newest last: the oldest is forgotten first. */
  remember(origin: string, key: string): void {
    this.#keys.set(origin, key)
  }

  keyOf(origin: string): string | undefined {
    return this.#keys.get(origin)
  }
}
