import type { Chance } from '@heliograph/testkit'
import type { Fault, Plan } from './faults/fault.ts'
import type { Counts } from './stage.ts'

/** A fault in its place. */
export interface Step extends Plan {
  readonly fault: Fault
  /** After the beat's beginning. */
  readonly afterMs: number
}

/** One or two faults at about the same time; then the run waits until all are served again, and a while. */
export interface Beat {
  readonly steps: readonly Step[]
  readonly pauseMs: number
}

export interface ScriptOptions {
  readonly faults: readonly Fault[]
  readonly counts: Counts
  /** Pairs of names that are tried more often than others. */
  readonly aims: readonly (readonly [string, string])[]
  /** Of a hundred beats so many have two faults. */
  readonly doubles: number
}

const APART_MS = 1_500

/** What is to happen, without end; the same for the same chance. */
export function* script(chance: Chance, { faults, counts, aims, doubles }: ScriptOptions): Generator<Beat, never> {
  const aimed = aims.flatMap(([a, b]) => {
    const pair = [a, b].map((name) => faults.find((fault) => fault.name === name))
    return pair.includes(undefined) ? [] : [pair as [Fault, Fault]]
  })
  const any = () => faults[chance(faults.length)]!
  const step = (fault: Fault, afterMs: number): Step => ({ fault, afterMs, ...fault.plan(chance, counts) })
  for (;;) {
    const steps: Step[] = []
    if (chance(100) >= doubles) steps.push(step(any(), 0))
    else {
      const [first, second] = aimed.length > 0 && chance(2) === 0 ? aimed[chance(aimed.length)]! : [any(), any()]
      steps.push(step(first, 0), step(second, chance(APART_MS)))
    }
    yield { steps, pauseMs: 500 + chance(2_500) }
  }
}
