import { ROLES, type Role } from '@heliograph/testkit'
import { between, type Fault, pause } from './fault.ts'

const HOUR_MS = 3_600_000

/** `clock`: the wall clock of one instance jumps, ahead or back, and after a while to where it was. */
export const clock: Fault = {
  name: 'clock',
  plan(chance, counts) {
    const roles = Object.keys(ROLES) as Role[]
    const role = roles[chance(roles.length)]!
    const index = chance(counts[role])
    const offset = between(chance, 1_000, HOUR_MS) * (chance(2) === 0 ? 1 : -1)
    const ms = between(chance, 1_000, 6_000)
    return {
      what: `the clock of ${role}-${index + 1} jumps by ${Math.round(offset / 1_000)} s, and back after ${ms} ms`,
      strikes: [],
      async act(stage) {
        const { name } = stage.member(role, index).process
        stage.clocks.shift(name, offset)
        await pause(ms)
        stage.clocks.shift(name, 0)
      },
    }
  },
}
