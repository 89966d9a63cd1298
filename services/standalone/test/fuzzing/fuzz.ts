import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Chance, infrastructure, type LogLine } from '@heliograph/testkit'
import { Cast, type Stage } from './cast.ts'
import { Findings } from './findings.ts'
import { declaredNamespaces, Payloads } from './payloads.ts'
import { compareHeaps, emptied, heaps } from './quiet.ts'
import { Speech } from './speech.ts'
import { Tally } from './tally.ts'
import { Words } from './words.ts'
import { World } from './world.ts'

const ROUND = 20
/** After so many rounds everybody leaves, and others come: who has blocked the server himself learns little. */
const ROUNDS = 10
/** Shorter runs say nothing of memory. */
const LONG_SECONDS = 300

export interface Fuzzing {
  readonly seconds: number
  readonly chance: Chance
  readonly say: (line: string) => void
}

/** Says nearly sensible things to servers of its own for so long, and tells what went wrong. */
export async function fuzz({ seconds, chance, say }: Fuzzing): Promise<Findings> {
  const findings = new Findings()
  const directory = await mkdtemp(join(tmpdir(), 'hg-fuzz-'))
  try {
    await using servers = await infrastructure({ say })
    await using world = await World.start(servers, directory, (name, line) => noteError(name, line, findings))
    const payloads = new Payloads(chance, await lines('seeds.xml'))
    const speech = new Speech(chance, new Words(chance, declaredNamespaces), payloads)
    const stage = { world, speech, chance, findings, tally: new Tally() }
    await repeatCases(stage)
    if (seconds < LONG_SECONDS) await lives(stage, seconds)
    else {
      await lives(stage, seconds / 3)
      say(`${stage.tally}; ${findings.all.length} findings; everybody has left`)
      const before = await heaps(world)
      await lives(stage, (seconds * 2) / 3)
      compareHeaps(before, await heaps(world), findings)
    }
    say(`${stage.tally}; ${findings.all.length} findings`)
    if (world.running) await emptied(world, findings)
    else findings.add('a server has ended', '')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
  return findings
}

/** People come, speak and leave, again and again. */
async function lives(stage: Stage, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000
  while (performance.now() < end && !stage.findings.full && stage.world.running) {
    const cast = await Cast.enter(stage)
    for (let left = ROUNDS; left > 0 && performance.now() < end; left--) if (!(await cast.round(ROUND))) break
    await cast.leave()
  }
}

/** What once went wrong. */
async function repeatCases(stage: Stage): Promise<void> {
  const cast = await Cast.enter(stage)
  await cast.repeat(await lines('cases.xml'))
  await cast.leave()
}

/** What a server itself calls an error is one. */
function noteError(name: string, line: LogLine, findings: Findings): void {
  if (line.level === 'error' || line.level === 'fatal')
    findings.add(`${name} logged ${line.event}`, JSON.stringify(line))
}

/** Lines of a file beside this one, but for empty ones. */
async function lines(name: string): Promise<string[]> {
  const text = await readFile(join(import.meta.dirname, name), 'utf8')
  return text.split('\n').filter((line) => line !== '')
}
