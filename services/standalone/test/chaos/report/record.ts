import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const PAGE = join(import.meta.dirname, '../../../../../docs/reliability.md')
const MARKS = { long: 'last long run', rolling: 'last rolling restart' } as const

/** Puts a result into docs/reliability.md, in place of the one before. */
export async function record(markdown: string, place: keyof typeof MARKS): Promise<void> {
  const mark = MARKS[place]
  const page = await readFile(PAGE, 'utf8')
  const [begin, end] = [`<!-- ${mark}, written by pnpm chaos -->`, `<!-- end of ${mark} -->`]
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for the ${mark}`)
  await writeFile(PAGE, `${page.slice(0, from + begin.length)}\n${markdown.trim()}\n${page.slice(to)}`)
}
