import type { Place, QueueStore, Trail } from '../queue/queue-store.ts'
import { includes } from '../streams/management.ts'
import type { Entry, Mark } from './entry.ts'

/**
 * What the owner of a pair leaves the next one beside what is stored: on which stream it wrote, and what there the other server may have without its having heard of that.
 * The next owner asks by it what has arrived (XEP-0198 §5), and doesn't send that again.
 */
export class Succession {
  readonly #store: QueueStore | undefined
  readonly #place: Place
  /** A former owner's. */
  #former: Trail | undefined
  /** Up to where of our own stream is noted, and is being noted. */
  #noted: Mark | undefined
  #noting: Mark | undefined
  #isStored = false

  constructor(store: QueueStore | undefined, place: Place) {
    this.#store = store
    this.#place = place
  }

  /** The stream of a former owner by which the other server is to be asked. */
  get stream(): string | undefined {
    return this.#former?.stream
  }

  /** Returns what that one had relieved its sender of. */
  inherit(trail: Trail): readonly string[] {
    this.#isStored = true
    if (trail.stream === '') this.forget()
    else this.#former = trail
    return trail.taken
  }

  /** The other server has handled that many of what a former owner wrote, if it says. Returns by what these are known. */
  settle(h: number | undefined): string[] {
    const written = h === undefined ? [] : (this.#former?.written ?? [])
    this.forget()
    return written.flatMap(([key, count]) => (includes(h!, count) ? [key] : []))
  }

  /** Has noted what was written on our stream; then, or if it is already, `told` is called. */
  note(stream: string, written: readonly Entry[], told: () => void): void {
    const last = written.at(-1)?.mark
    if (last === undefined || this.#store === undefined || this.#has(last)) return told()
    if (this.#noting !== undefined) return
    this.#noting = last
    this.#put({ stream, written: placesOf(written), taken: [] }, () => {
      if (this.#noting !== last) return
      this.#noting = undefined
      this.#noted = last
      told()
    })
  }

  /** Whether a next owner would know where this was written, as far as there is anything to know. */
  isNoted({ mark }: Entry): boolean {
    return mark === undefined || mark.id !== this.#noted?.id || this.#has(mark)
  }

  /** Says the last: what is on a stream that may be resumed, and what was taken lately. What a former owner said holds if nothing came of it yet. */
  passOn(stream: string | undefined, written: readonly Entry[], taken: readonly string[]): void {
    if (this.#former !== undefined) return
    const places = stream === undefined ? [] : placesOf(written)
    if (places.length === 0 && taken.length === 0) return this.forget()
    this.#put({ stream: places.length === 0 ? '' : stream!, written: places, taken })
  }

  /** Nothing is to be asked. */
  forget(): void {
    this.#former = undefined
    this.#noted = undefined
    this.#noting = undefined
    if (this.#isStored) this.#store?.note(this.#place, undefined)
    this.#isStored = false
  }

  #put(trail: Trail, noted?: () => void): void {
    this.#isStored = true
    this.#store?.note(this.#place, trail, noted)
  }

  #has({ id, count }: Mark): boolean {
    return this.#noted !== undefined && this.#noted.id === id && includes(this.#noted.count, count)
  }
}

function placesOf(written: readonly Entry[]): Trail['written'] {
  return written.flatMap(({ key, mark }) => (key === '' || mark === undefined ? [] : [[key, mark.count] as const]))
}
