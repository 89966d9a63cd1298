import { readFileSync } from 'node:fs'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { ConfigError } from './config-error.ts'
import { isRecord, type RawConfig } from './raw.ts'

export interface YamlFile {
  readonly raw: RawConfig
  /** `file:line:column` of an option, or of the innermost section that is there. */
  position(path: readonly PropertyKey[]): string | undefined
}

/**
 * Reads a YAML file. An empty file is an empty configuration.
 *
 * @throws ConfigError when it can't be read, isn't YAML, or isn't a mapping.
 */
export function readYamlFile(file: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(read(file), { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map(({ message, pos }) => ({ option: '', message, where: at(pos[0]) })))
  }
  const raw: unknown = document.toJS() ?? {}
  if (!isRecord(raw)) throw new ConfigError([{ option: '', message: 'the file must hold a mapping', where: at(0) }])
  return {
    raw,
    position(path) {
      const offset = offsetOf(document, path)
      return offset === undefined ? undefined : at(offset)
    },
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError([{ option: '', message: `${file} cannot be read: ${code ?? 'unknown error'}` }])
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return undefined
}
