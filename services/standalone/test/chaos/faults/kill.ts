import { ROLES, type Role } from '@heliograph/testkit'
import { between, type Fault } from './fault.ts'

/** `kill-ROLE`: SIGKILL; another is started in its place after a while. */
export const kills: readonly Fault[] = (Object.keys(ROLES) as Role[]).map((role) => ({
  name: `kill-${role}`,
  plan(chance, counts) {
    const [index, pauseMs] = [chance(counts[role]), between(chance, 0, 5_000)]
    return {
      what: `kill ${role}-${index + 1}, start it after ${pauseMs} ms`,
      strikes: [role],
      act: (stage) => stage.supervisor.kill(stage.member(role, index), pauseMs),
    }
  },
}))
