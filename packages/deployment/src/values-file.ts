import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { CHART } from './root.ts'

/** `values.yaml` of the chart: its defaults, and what its comments say about each key. */
export interface ValuesFile {
  readonly values: Readonly<Record<string, unknown>>
  /** Dotted path → text, in the order of the file. */
  readonly descriptions: ReadonlyMap<string, string>
}

/** Reads it, or the text that is given instead. */
export function valuesFile(text = readFileSync(`${CHART}/values.yaml`, 'utf8')): ValuesFile {
  return { values: parse(text) as Record<string, unknown>, descriptions: descriptionsIn(text) }
}

const COMMENT = /^\s*# (-- )?(.*)$/
const KEY = /^( *)(\w+):/

/** A comment that begins with `--` is about the key after it. */
function descriptionsIn(text: string): Map<string, string> {
  const found = new Map<string, string>()
  const path: { indent: number; key: string }[] = []
  let pending: string[] = []
  for (const line of text.split('\n')) {
    const comment = COMMENT.exec(line)
    if (comment !== null) {
      if (comment[1] !== undefined) pending = [comment[2] ?? '']
      else if (pending.length > 0) pending.push(comment[2] ?? '')
      continue
    }
    const key = KEY.exec(line)
    if (key !== null) {
      const indent = key[1]?.length ?? 0
      while ((path.at(-1)?.indent ?? -1) >= indent) path.pop()
      path.push({ indent, key: key[2] ?? '' })
      if (pending.length > 0) found.set(path.map((each) => each.key).join('.'), pending.join(' '))
    }
    pending = []
  }
  return found
}
