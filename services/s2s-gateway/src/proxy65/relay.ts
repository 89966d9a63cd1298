import type { Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RelayLimits {
  /** Of one transfer, in both directions together. */
  readonly bytesPerSecond: number
  /** Without a byte for so long it is over. */
  readonly idleMs: number
}

/**
 * Passes on what each of the two says to the other, no faster than it is read and than the limits allow, until both are done or one is gone.
 * `passed` is told of the bytes.
 */
export async function relay(
  [one, other]: readonly [Socket, Socket],
  { bytesPerSecond, idleMs }: RelayLimits,
  passed: (bytes: number) => void,
): Promise<void> {
  let free = performance.now()
  async function* paced(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      passed(chunk.length)
      yield chunk
      // Each byte takes its part of a second; a second's worth may have been saved up.
      free = Math.max(free, performance.now() - 1_000) + (chunk.length / bytesPerSecond) * 1_000
      const early = free - performance.now()
      if (early > 0) await sleep(early)
    }
  }
  for (const socket of [one, other]) {
    socket.removeAllListeners('data')
    socket.setTimeout(idleMs, () => socket.destroy())
  }
  await Promise.allSettled([pipeline(one, paced, other), pipeline(other, paced, one)])
  one.destroy()
  other.destroy()
}
