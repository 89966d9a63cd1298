import type { Obligation } from '../users/custody.ts'

/** Calls `taken` when it was released as often as it was held, and once more. */
export function heldUntil(taken: () => void): Pick<Obligation, 'hold' | 'release'> {
  let held = 1
  return {
    hold: () => {
      held++
    },
    release: () => {
      held--
      if (held === 0) taken()
    },
  }
}
