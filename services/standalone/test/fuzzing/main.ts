/** `pnpm fuzz`: as long as one likes. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { chance } from '@heliograph/testkit'
import { fuzz } from './fuzz.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } })
const say = (line: string): void => void process.stdout.write(`# ${line}\n`)
const seed = Number(values.seed ?? randomInt(2 ** 32))
const findings = await fuzz({
  seconds: Number(values.seconds ?? 600),
  chance: chance({ diagnostic: say }, seed),
  say,
})
process.stdout.write(`${findings}\n`)
process.exitCode = findings.all.length > 0 ? 1 : 0
