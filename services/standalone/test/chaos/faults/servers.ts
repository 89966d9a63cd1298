import type { BackingKind } from '@heliograph/testkit'
import { between, type Fault, pause, type Strike } from './fault.ts'

const STRIKES: Readonly<Record<BackingKind, readonly Strike[]>> = {
  nats: [],
  redis: ['redis-lost'],
  postgres: ['postgres-away'],
}

/** `restart-SERVER`: NATS, Redis or Postgres is killed and comes back after a while; Redis empty. `hang-SERVER`: it answers nothing for a while. */
export const servers: readonly Fault[] = (['nats', 'redis', 'postgres'] as const).flatMap((kind): Fault[] => [
  {
    name: `restart-${kind}`,
    plan(chance) {
      const [pauseMs, how] = [between(chance, 0, 6_000), (['kill', 'stop'] as const)[chance(2)]!] as const
      return {
        what: `${how} ${kind}, start it after ${pauseMs} ms`,
        strikes: STRIKES[kind],
        async act({ servers }) {
          await servers[kind][how]()
          await pause(pauseMs)
          await servers[kind].start()
        },
      }
    },
  },
  {
    name: `hang-${kind}`,
    plan(chance) {
      const ms = between(chance, 500, 6_000)
      return {
        what: `hang ${kind} for ${ms} ms`,
        strikes: kind === 'postgres' ? ['postgres-away'] : [],
        async act({ servers }) {
          await servers[kind].pause()
          await pause(ms)
          await servers[kind].resume()
        },
      }
    },
  },
])
