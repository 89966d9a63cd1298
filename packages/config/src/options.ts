import { z } from 'zod'
import { schema } from './schema/schema.ts'

/** An option as the documentation and the environment see it. */
export interface Option {
  readonly path: readonly string[]
  /** Its environment variable; undefined for lists of objects, which only the file can hold. */
  readonly variable: string | undefined
  readonly form: OptionForm
  /** Written type, such as `whole number, 1 to 200`. */
  readonly type: string
  readonly default: unknown
  readonly description: string
}

/** How the text of an environment variable becomes a value. */
export type OptionForm = 'text' | 'number' | 'boolean' | 'list' | 'address' | 'objects'

/** A section's own description, by dotted path. */
export interface OptionTable {
  readonly options: readonly Option[]
  readonly sections: ReadonlyMap<string, string>
}

interface Node {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
}

const largest = 2_147_483_647

/** Every option, in the order of the schema. */
export function optionTable(): OptionTable {
  const options: Option[] = []
  const sections = new Map<string, string>()
  const visit = (node: Node, path: readonly string[]): void => {
    if (node.properties === undefined) {
      options.push(optionOf(node, path))
      return
    }
    if (node.description !== undefined) sections.set(path.join('.'), node.description)
    for (const [key, child] of Object.entries(node.properties)) visit(child, [...path, key])
  }
  visit(z.toJSONSchema(schema, { io: 'input' }) as Node, [])
  return { options, sections }
}

function optionOf(node: Node, path: readonly string[]): Option {
  const form = formOf(node)
  return {
    path,
    form,
    variable: form === 'objects' ? undefined : variableOf(path),
    type: typeOf(node, form),
    default: node.default,
    description: describe(node),
  }
}

/** `streamManagement.resumeSeconds` → `HELIOGRAPH_STREAM_MANAGEMENT_RESUME_SECONDS`. */
function variableOf(path: readonly string[]): string {
  return ['HELIOGRAPH', ...path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())].join('_')
}

function formOf(node: Node): OptionForm {
  if (node.anyOf !== undefined) return 'address'
  if (node.type === 'array') return node.items?.properties === undefined ? 'list' : 'objects'
  if (node.type === 'integer' || node.type === 'number') return 'number'
  return node.type === 'boolean' ? 'boolean' : 'text'
}

function typeOf(node: Node, form: OptionForm): string {
  if (form === 'address') return 'address'
  if (form === 'objects') return 'list of objects'
  if (form === 'list')
    return node.items?.enum === undefined ? 'list' : `list of ${node.items.enum.map(quote).join(', ')}`
  if (form === 'boolean') return '`true`, `false`'
  if (form === 'text') return node.enum === undefined ? 'text' : node.enum.map(quote).join(', ')
  const upper = node.maximum === undefined || node.maximum >= largest ? '' : ` to ${node.maximum}`
  const lower = node.minimum === undefined ? '' : `, ${upper === '' ? 'at least ' : ''}${node.minimum}`
  return `${node.type === 'integer' ? 'whole number' : 'number'}${lower}${upper}`
}

function describe(node: Node): string {
  const own = node.description ?? ''
  const fields = node.items?.properties
  if (fields === undefined) return own
  const parts = Object.entries(fields).map(([key, field]) =>
    field.properties === undefined
      ? quote(key)
      : `${quote(key)} (${Object.keys(field.properties).map(quote).join(', ')})`,
  )
  return `${own} Each has ${parts.join(', ')}.`.trim()
}

function quote(text: string): string {
  return `\`${text}\``
}
