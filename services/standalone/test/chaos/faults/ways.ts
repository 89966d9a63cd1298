import { type BackingKind, type Chance, ROLES, type Role, type TcpProxy } from '@heliograph/testkit'
import type { Counts } from '../stage.ts'
import { between, type Fault, LEASE_MS, type Plan, pause, type Strike } from './fault.ts'

const KINDS = ['nats', 'redis', 'postgres'] as const

/** `cut-SERVER`, `hold-SERVER`, `slow-SERVER`: the way of one instance to a server is reset and refused, passes nothing, or everything late. */
export const ways: readonly Fault[] = KINDS.flatMap((kind): Fault[] => [
  {
    name: `cut-${kind}`,
    plan: (chance, counts) => onOneWay(kind, { chance, counts, how: 'cut', bad: (way) => way.cut() }),
  },
  {
    name: `hold-${kind}`,
    plan: (chance, counts) => onOneWay(kind, { chance, counts, how: 'hold', bad: (way) => way.hold() }),
  },
  {
    name: `slow-${kind}`,
    plan(chance, counts) {
      const [delayMs, jitterMs] = [between(chance, 5, 200), between(chance, 0, 200)]
      const how = `slow (${delayMs} to ${delayMs + jitterMs} ms each way)`
      return onOneWay(kind, { chance, counts, how, bad: (way) => way.slow(delayMs, jitterMs) })
    },
  },
])

interface Choice {
  readonly chance: Chance
  readonly counts: Counts
  readonly how: string
  readonly bad: (way: TcpProxy) => void
}

function onOneWay(kind: BackingKind, { chance, counts, how, bad }: Choice): Plan {
  const roles = Object.keys(ROLES) as Role[]
  const role = roles[chance(roles.length)]!
  const [index, ms] = [chance(counts[role]), between(chance, 500, 7_000)]
  return {
    what: `${how} the way of ${role}-${index + 1} to ${kind} for ${ms} ms`,
    strikes: strikesOf(kind, role, ms),
    async act(stage) {
      const member = stage.member(role, index)
      const way = stage.network.between(member.process.name, kind)
      bad(way)
      await pause(ms)
      way.heal()
      await pause(1_000)
      await stage.supervisor.back(member)
    },
  }
}

/** Without Redis for a lease an instance is taken for dead; without NATS the others can't reach it. */
function strikesOf(kind: BackingKind, role: Role, ms: number): Strike[] {
  if (kind === 'postgres') return ['postgres-away']
  return ms < LEASE_MS / 2 ? [] : [role]
}
