import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { markdownTable } from './report/format.ts'

/** The part of V8's .cpuprofile format that is read here. */
interface Profile {
  readonly nodes: ReadonlyArray<{
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }>
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const SHOWN = 30

/** Self time in µs by function, without idling. */
function selfTimes({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const names = new Map(
    nodes.map(({ id, callFrame }) => {
      const place = callFrame.url === '' ? '' : ` ${basename(callFrame.url)}:${callFrame.lineNumber + 1}`
      return [id, `${callFrame.functionName || '(anonymous)'}${place}`]
    }),
  )
  const times = new Map<string, number>()
  samples.forEach((sample, index) => {
    const name = names.get(sample) ?? '(unknown)'
    if (name === '(idle)') return
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0))
  })
  return times
}

/** `node bench/src/profile.ts DIR`: where each profiled process spent its CPU, the largest first. */
const directory = process.argv[2]
if (directory === undefined) throw new Error('which directory?')
for (const file of readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'))) {
  const times = selfTimes(JSON.parse(readFileSync(join(directory, file), 'utf8')) as Profile)
  const all = [...times.values()].reduce((sum, time) => sum + time, 0)
  const rows = [...times].sort(([, a], [, b]) => b - a).slice(0, SHOWN)
  const cells = rows.map(([name, time]) => [name, `${((time / all) * 100).toFixed(1)} %`, (time / 1000).toFixed(0)])
  process.stdout.write(`${file}\n\n${markdownTable(['function', 'share', 'ms'], cells)}\n\n`)
}
