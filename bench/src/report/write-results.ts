import { readFile, writeFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { BenchCase } from '../cases.ts'
import type { BenchOptions } from '../options.ts'
import { run } from '../targets/child.ts'
import { type Column, detailTable, mainTable } from './tables.ts'

const RESULTS = fileURLToPath(new URL('../../RESULTS.md', import.meta.url))
const README = fileURLToPath(new URL('../../README.md', import.meta.url))
const BEGIN = '<!-- latest results, written by the bench -->'
const END = '<!-- end of latest results -->'

async function circumstances(options: BenchOptions, columns: readonly Column[]): Promise<string> {
  const commit = await run('git', ['rev-parse', '--short', 'HEAD']).catch(() => 'unknown')
  const gib = Math.round(totalmem() / 2 ** 30)
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${gib} GiB, Linux ${release()}, Node ${process.version}`
  const method = `${options.runs} run(s), median; ${options.windowMs / 1000} s windows; ${options.generators} generator(s)`
  const scale = options.scale === 1 ? '' : `; users × ${options.scale}`
  const versions = columns.map((column) => `${column.name}: ${column.version}`).join('; ')
  return `${new Date().toISOString().slice(0, 16)}Z, commit ${commit.trim()}. ${machine}.\n${method}${scale}.\n${versions}.`
}

/** The report as Markdown: circumstances, the main table, the details. */
export async function report(
  rows: readonly BenchCase[],
  columns: readonly Column[],
  options: BenchOptions,
): Promise<string> {
  return [await circumstances(options, columns), mainTable(rows, columns), detailTable(rows, columns)].join('\n\n')
}

/** Writes RESULTS.md and puts the circumstances and the main table into README.md between its marks. */
export async function writeResults(text: string): Promise<void> {
  await writeFile(RESULTS, `# Results of the latest run\n\nHow they were measured: [README](README.md).\n\n${text}\n`)
  const readme = await readFile(README, 'utf8')
  const from = readme.indexOf(BEGIN)
  const to = readme.indexOf(END)
  if (from === -1 || to === -1) return
  const summary = text.split('\n\n').slice(0, 2).join('\n\n')
  await writeFile(README, `${readme.slice(0, from + BEGIN.length)}\n${summary}\n${readme.slice(to)}`)
}
