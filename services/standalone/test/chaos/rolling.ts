import { ROLES, type Role } from '@heliograph/testkit'
import { drainOf, drains } from './faults/drain.ts'
import type { Beat } from './script.ts'
import type { Counts } from './stage.ts'

/** A rolling restart: every instance of every service is drained and started again, one at a time, so many times over. */
export function rolling(times: number, counts: Counts): Beat[] {
  const once = (Object.keys(ROLES) as Role[]).flatMap((role, at) =>
    Array.from({ length: counts[role] }, (_, index): Beat => {
      return { steps: [{ fault: drains[at]!, afterMs: 0, ...drainOf(role, index, 0) }], pauseMs: 1_000 }
    }),
  )
  return Array.from({ length: times }, () => once).flat()
}
