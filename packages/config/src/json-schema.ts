import { z } from 'zod'
import { schema } from './schema/schema.ts'

/** What a JSON Schema (draft 7) of the configuration is made of. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly [keyword: string]: unknown
}

/** The configuration file as a JSON Schema, for tools that check one without running the server; what it can't say is checked at the start. */
export function configJsonSchema(): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-07' }) as JsonSchema
}
