import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { markdownTable } from './report/format.ts'

/** The part of V8's .cpuprofile format that is read here. */
interface Profile {
  readonly nodes: ReadonlyArray<{
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly children?: readonly number[]
  }>
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const SHOWN = 30

type Node = Profile['nodes'][number]

function functionOf({ callFrame }: Node): string {
  const place = callFrame.url === '' ? '' : ` ${basename(callFrame.url)}:${callFrame.lineNumber + 1}`
  return `${callFrame.functionName || '(anonymous)'}${place}`
}

/** A folder of ours down to two levels within `src`, or another's package; undefined for what is Node's own. */
function partOf({ url }: Node['callFrame']): string | undefined {
  const others = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
  return others ?? /\/((?:packages|services)\/[^/]+\/src(?:\/[^/.]+(?=\/))?)/.exec(url)?.[1]
}

/** By node the nearest part on the way up from it: what Node does for somebody counts as that one's. */
function partsOf(nodes: readonly Node[]): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parts = new Map<number, string>()
  const visit = (node: Node, above: string): void => {
    const own = node.callFrame.url === '' && node.callFrame.functionName.startsWith('(') ? functionOf(node) : undefined
    const part = own === '(root)' ? above : (own ?? partOf(node.callFrame) ?? above)
    parts.set(node.id, part)
    for (const child of node.children ?? []) visit(byId.get(child)!, part)
  }
  visit(nodes[0]!, 'node itself')
  return parts
}

/** Self time in µs by the name of each node, without idling, of the last `seconds`. */
function selfTimes(
  { samples, timeDeltas }: Profile,
  names: ReadonlyMap<number, string>,
  seconds: number,
): Map<string, number> {
  const times = new Map<string, number>()
  let left = seconds * 1e6
  for (let index = samples.length - 1; index >= 0 && left > 0; index--) {
    const name = names.get(samples[index]!) ?? '(unknown)'
    const time = timeDeltas[index] ?? 0
    left -= time
    if (name !== '(idle)') times.set(name, (times.get(name) ?? 0) + time)
  }
  return times
}

function table(what: string, times: ReadonlyMap<string, number>): string {
  const all = [...times.values()].reduce((sum, time) => sum + time, 0)
  const rows = [...times].sort(([, a], [, b]) => b - a).slice(0, SHOWN)
  const cells = rows.map(([name, time]) => [name, `${((time / all) * 100).toFixed(1)} %`, (time / 1000).toFixed(0)])
  return markdownTable([what, 'share', 'ms'], cells)
}

/**
 * `node bench/src/profile.ts DIR [SECONDS]`: where each profiled process spent its time, the largest first: by parts of the program, then
 * by functions. SECONDS: only so many at the end, which leaves out what starting cost.
 */
const [, , directory, seconds = 'Infinity'] = process.argv
if (directory === undefined) throw new Error('which directory?')
for (const file of readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'))) {
  const profile = JSON.parse(readFileSync(join(directory, file), 'utf8')) as Profile
  const functions = new Map(profile.nodes.map((node) => [node.id, functionOf(node)]))
  const parts = selfTimes(profile, partsOf(profile.nodes), Number(seconds))
  const tables = [table('part', parts), table('function', selfTimes(profile, functions, Number(seconds)))]
  process.stdout.write(`${file}\n\n${tables.join('\n\n')}\n\n`)
}
