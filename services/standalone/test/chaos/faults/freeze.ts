import { ROLES, type Role } from '@heliograph/testkit'
import { between, type Fault, LEASE_MS, pause } from './fault.ts'

/** `freeze-ROLE`: SIGSTOP, and SIGCONT after a while, shorter or longer than a lease. */
export const freezes: readonly Fault[] = (Object.keys(ROLES) as Role[]).map((role) => ({
  name: `freeze-${role}`,
  plan(chance, counts) {
    const [index, ms] = [chance(counts[role]), between(chance, 500, 8_000)]
    return {
      what: `freeze ${role}-${index + 1} for ${ms} ms`,
      strikes: ms < LEASE_MS / 2 ? [] : [role],
      async act(stage) {
        const member = stage.member(role, index)
        const { process } = member
        process.freeze()
        await pause(ms)
        process.thaw()
        // It may find that it was taken for dead, and end.
        await pause(1_000)
        await stage.supervisor.back(member)
      },
    }
  },
}))
