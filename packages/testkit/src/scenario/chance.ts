import { randomInt } from 'node:crypto'

const VARIABLE = 'HELIOGRAPH_TEST_SEED'

/** Draws whole numbers from 0 up to, but not including, `bound`. */
export type Chance = (bound: number) => number

/**
 * Chance for a test, the same for the same seed: that of `HELIOGRAPH_TEST_SEED`, else a new one. The seed stands in the test's output,
 * so that a failure's choices can be made again.
 */
export function chance(
  test: { diagnostic(message: string): void },
  seed = Number(process.env[VARIABLE] ?? randomInt(2 ** 32)),
): Chance {
  if (!Number.isSafeInteger(seed)) throw new Error(`${VARIABLE} must be a whole number`)
  test.diagnostic(`${VARIABLE}=${seed}`)
  return seeded(seed)
}

/** The same draws for the same seed. */
export function seeded(seed: number): Chance {
  let state = seed | 0
  // mulberry32
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound)
  }
}
