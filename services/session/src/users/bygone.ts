import { BoundedMap } from '../bounded-map.ts'

const REMEMBERED = 8

/** How far the sessions of a user that are over had come (XEP-0198 §5: `h` of `<failed/>`): their clients needn't say again what was taken. */
export class Bygone {
  readonly #handled = new BoundedMap<number>(REMEMBERED)

  add(id: string, handled: number): void {
    this.#handled.set(id, handled)
  }

  /** -1 where that isn't known. */
  handledOf(id: string): number {
    return this.#handled.get(id) ?? -1
  }
}
