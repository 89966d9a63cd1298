import type { FieldRule } from './form.ts'
import { parseTimestamp } from './timestamp.ts'

type Reader = (text: string) => number | bigint | undefined

const INTEGER_BITS: Readonly<Record<string, number>> = { 'xs:byte': 8, 'xs:short': 16, 'xs:int': 32, 'xs:long': 64 }

/** XML Schema Part 2 types that forms use, each as a reader of a comparable value. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['xs:integer', integer],
  ['xs:byte', integer],
  ['xs:short', integer],
  ['xs:int', integer],
  ['xs:long', integer],
  ['xs:nonNegativeInteger', (text) => notBelow(0n, integer(text))],
  ['xs:positiveInteger', (text) => notBelow(1n, integer(text))],
  ['xs:decimal', (text) => (/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined)],
  ['xs:double', (text) => (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined)],
  ['xs:dateTime', parseTimestamp],
  ['xs:date', (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? parseTimestamp(`${text}T00:00:00Z`) : undefined)],
  ['xs:time', (text) => (/^\d\d:\d\d:\d\d/.test(text) ? parseTimestamp(`1970-01-01T${withZone(text)}`) : undefined)],
  ['xs:boolean', (text) => (/^(true|false|0|1)$/.test(text) ? 0 : undefined)],
  ['xs:language', (text) => (/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(text) ? 0 : undefined)],
])

function integer(text: string): bigint | undefined {
  return /^[+-]?\d{1,40}$/.test(text) ? BigInt(text.startsWith('+') ? text.slice(1) : text) : undefined
}

function notBelow(least: bigint, value: bigint | undefined): bigint | undefined {
  return value === undefined || value < least ? undefined : value
}

function withZone(text: string): string {
  return /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`
}

/** Whether a value is of a rule's datatype and within its range (XEP-0122 §3). A datatype that is not known is `xs:string` (§4). */
export function fitsRule(text: string, rule: FieldRule): boolean {
  const read = READERS.get(rule.datatype)
  if (read === undefined) return true
  const value = read(text)
  if (value === undefined) return false
  const bits = INTEGER_BITS[rule.datatype]
  if (bits !== undefined && BigInt.asIntN(bits, value as bigint) !== value) return false
  const min = rule.min === undefined ? undefined : read(rule.min)
  const max = rule.max === undefined ? undefined : read(rule.max)
  return (min === undefined || value >= min) && (max === undefined || value <= max)
}
