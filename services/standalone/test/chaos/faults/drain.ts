import { ROLES, type Role } from '@heliograph/testkit'
import { between, type Fault, type Plan } from './fault.ts'

/** `drain-ROLE`: SIGTERM; it ends in order, and is started again. */
export const drains: readonly Fault[] = (Object.keys(ROLES) as Role[]).map((role) => ({
  name: `drain-${role}`,
  plan: (chance, counts) => drainOf(role, chance(counts[role]), between(chance, 0, 3_000)),
}))

/** Drains one instance. */
export function drainOf(role: Role, index: number, pauseMs: number): Plan {
  return {
    what: `drain ${role}-${index + 1}, start it after ${pauseMs} ms`,
    strikes: [`${role}-drained`],
    async act(stage) {
      const member = stage.member(role, index)
      const code = await stage.supervisor.drain(member, pauseMs)
      const { name } = member.process
      if (code !== 0 && code !== 'killed')
        stage.book.note({ concern: 'process', kind: 'drain', what: `${name} was drained, and ended with ${code}` })
    },
  }
}
