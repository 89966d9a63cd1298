import type { Chance, Role } from '@heliograph/testkit'
import type { Counts, Stage } from '../stage.ts'

/**
 * What a fault takes away, for judging what followed from it: an instance of a role that others may take for dead, or that hands over what it
 * has; what Redis had; Postgres for a while.
 */
export type Strike = Role | `${Role}-drained` | 'redis-lost' | 'postgres-away'

/** What a fault is to do, decided in advance. */
export interface Plan {
  /** For people: with everything that chance decided. */
  readonly what: string
  readonly strikes: readonly Strike[]
  /** Does it, and resolves when it is over: what was ended serves again, what was cut is healed. */
  act(stage: Stage): Promise<void>
}

/** A way to break a cluster. */
export interface Fault {
  readonly name: string
  /** All that is left to chance is drawn here, so that a seed always gives the same. */
  plan(chance: Chance, counts: Counts): Plan
  /** Why it can't be done here; undefined when it can. */
  impossible?(stage: Stage): string | undefined
}

/** A whole number from `least` to `most`. */
export const between = (chance: Chance, least: number, most: number): number => least + chance(most - least + 1)

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Default lease: who is away for longer may be taken for dead. */
export const LEASE_MS = 3_000
