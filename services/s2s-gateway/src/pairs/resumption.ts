import type { Former } from '../inbound/resumables.ts'
import type { Carriage } from './carriage.ts'
import type { Line } from './line.ts'
import type { Way } from './way.ts'

/** So long a server that opened a stream for both ways may take to resume it. */
const AWAITED_MS = 3_000

/** The last stream that broke: ours, which we may resume (XEP-0198 §5), or the other server's, which it may. */
export class Resumption {
  #broken: Carriage | undefined
  #owedUntil = 0
  #awaitedUntil = 0

  /** By which ours may be resumed. */
  get id(): string | undefined {
    return this.#broken?.resumption
  }

  /** Whether the other server may wait for us to resume one on which it spoke, too. */
  get isOwed(): boolean {
    return this.#broken?.way.intake !== undefined && performance.now() < this.#owedUntil
  }

  /** Whether the other server may be about to resume its own. */
  get isAwaited(): boolean {
    return performance.now() < this.#awaitedUntil
  }

  /** What had come on ours, where anything could. */
  async received(): Promise<Former | undefined> {
    return this.#broken?.way.intake?.former()
  }

  /** A stream is over. */
  ended(carriage: Carriage, mayResume: boolean): void {
    const { isOurs, management } = carriage.way
    this.#broken = mayResume && carriage.resumption !== undefined ? carriage : undefined
    const until = performance.now() + AWAITED_MS
    this.#owedUntil = until
    if (mayResume && !isOurs && management?.id !== undefined) this.#awaitedUntil = until
  }

  /** What the peer had handled of what broke isn't sent again. Returns whether anything of ours had. */
  goOn({ isOurs, management }: Way, line: Line): boolean {
    const { id } = this
    const former = isOurs ? id : management?.id
    if (former !== undefined && management?.h !== undefined) line.handled(former, management.h)
    this.#broken = undefined
    this.#awaitedUntil = 0
    return id !== undefined
  }
}
