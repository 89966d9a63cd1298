import { clock } from './clock.ts'
import { drains } from './drain.ts'
import type { Fault } from './fault.ts'
import { freezes } from './freeze.ts'
import { fullDisk } from './full-disk.ts'
import { kills } from './kill.ts'
import { servers } from './servers.ts'
import { ways } from './ways.ts'

/** All ways to break a cluster that there are. */
export const FAULTS: readonly Fault[] = [...kills, ...freezes, ...drains, ...ways, ...servers, clock, fullDisk]

/** Two at a time that are likely to hurt: they come more often than other pairs. */
export const AIMS: readonly (readonly [string, string])[] = [
  ['kill-session', 'kill-edge'],
  ['kill-session', 'kill-muc'],
  ['kill-session', 'kill-fanout'],
  ['kill-session', 'kill-pubsub'],
  ['restart-redis', 'kill-session'],
  ['restart-redis', 'kill-muc'],
  ['restart-postgres', 'kill-session'],
  ['restart-postgres', 'kill-muc'],
  ['hang-postgres', 'kill-pubsub'],
  ['restart-nats', 'kill-session'],
  ['drain-session', 'kill-session'],
  ['drain-muc', 'kill-muc'],
  ['drain-session', 'kill-edge'],
  ['freeze-session', 'kill-session'],
  ['clock', 'kill-session'],
  ['clock', 'kill-muc'],
]

/** Those of the given names; `kill` stands for all that begin with `kill-`. @throws when a name is nobody's */
export function faultsNamed(names: readonly string[]): Fault[] {
  return names.flatMap((name) => {
    const found = FAULTS.filter((fault) => fault.name === name || fault.name.startsWith(`${name}-`))
    if (found.length === 0)
      throw new Error(`no fault is called ${name}; there are: ${FAULTS.map((it) => it.name).join(', ')}`)
    return found
  })
}
