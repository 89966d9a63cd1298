import type { DescribedField } from '@heliograph/rpc'
import { Problem } from './problem.ts'
import type { Found } from './routes.ts'

/** What came beside the path. */
export interface Given {
  readonly query: URLSearchParams
  /** Empty where there was none. */
  readonly body: string
}

/**
 * The request of a call: the path's fields, and those of the query (GET, DELETE) or the body (POST, PUT); the rest has the default of its kind.
 *
 * @throws Problem 400 for what isn't in the contract
 */
export function requestOf({ route, fields }: Found, { query, body }: Given): Readonly<Record<string, unknown>> {
  const { method, http } = route
  const inBody = http.method === 'POST' || http.method === 'PUT'
  if (inBody && query.size > 0) throw new Problem(400, { detail: 'it takes a body, no parameters' })
  if (!inBody && body !== '') throw new Problem(400, { detail: 'it takes parameters, no body' })
  const known = new Map(method.request.fields.filter(({ internal }) => !internal).map((field) => [field.name, field]))
  const request: Record<string, unknown> = {}
  for (const field of method.request.fields)
    request[field.name] = field.scalar === 'bool' ? false : isNumber(field) ? 0 : ''
  const take = (name: string, value: unknown): void => {
    const field = known.get(name)
    if (field === undefined)
      throw new Problem(400, { detail: `there is no field ${JSON.stringify(name.slice(0, 100))} to give here` })
    request[name] = checked(field, value)
  }
  for (const [name, text] of Object.entries(fields)) {
    take(name, isNumber(known.get(name)!) ? numberOf(text) : text)
    known.delete(name)
  }
  if (inBody) for (const [name, value] of Object.entries(objectOf(body))) take(name, value)
  for (const name of new Set(query.keys())) take(name, ofText(known.get(name), query.getAll(name)))
  return request
}

function objectOf(body: string): object {
  if (body === '') return {}
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Told below.
  }
  throw new Problem(400, { detail: 'the body must be a JSON object' })
}

function ofText(field: DescribedField | undefined, values: readonly string[]): unknown {
  const [text = ''] = values
  if (values.length > 1) return values
  if (field?.scalar === 'bool') return text === 'true' ? true : text === 'false' ? false : text
  return field !== undefined && isNumber(field) ? numberOf(text) : text
}

function numberOf(text: string): unknown {
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}

function checked(field: DescribedField, value: unknown): unknown {
  const wanted = field.scalar === 'bool' ? 'boolean' : isNumber(field) ? 'number' : 'string'
  const fits = typeof value === wanted && (wanted !== 'number' || isWhole(value as number))
  if (!fits)
    throw new Problem(400, {
      detail: `${field.name} must be ${wanted === 'number' ? 'a whole number' : `a ${wanted}`}`,
    })
  return value
}

/** What uint32 holds. */
function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32
}

/** Requests have strings, booleans and numbers; a test of the routes makes sure. */
function isNumber({ scalar }: DescribedField): boolean {
  return scalar === 'uint32'
}
