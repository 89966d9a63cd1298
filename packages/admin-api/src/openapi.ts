import type { DescribedField, DescribedMessage } from '@heliograph/rpc'
import { resultFields } from './result-of.ts'
import type { Route } from './routes.ts'

type Json = Readonly<Record<string, unknown>>

const NUMBERS: Readonly<Record<string, Json>> = {
  uint32: { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  uint64: { type: 'integer', format: 'int64', minimum: 0 },
}

/** The routes as OpenAPI 3.1 describes them. */
export function openApi(routes: readonly Route[], version: string): Json {
  const schemas = new Map<string, Json>([['Problem', PROBLEM]])
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const { path, method } = route.http
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Heliograph administration',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: Object.fromEntries(schemas),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  }
}

function operation({ method, http }: Route, schemas: Map<string, Json>): Json {
  const inBody = http.method === 'POST' || http.method === 'PUT'
  const visible = method.request.fields.filter(({ internal }) => !internal)
  const inPath = visible.filter(({ name }) => http.path.includes(`{${name}}`))
  const others = visible.filter((field) => !inPath.includes(field))
  const parameters = [
    ...inPath.map((field) => parameter(field, 'path', schemas)),
    ...(inBody ? [] : others.map((field) => parameter(field, 'query', schemas))),
  ]
  const body = { schema: objectOf(others, schemas) }
  return {
    operationId: method.name,
    tags: [http.path.split('/')[2]],
    description: [method.comment, `Scope: \`${http.scope}\`.`].filter((text) => text !== '').join('\n\n'),
    security: [{ token: [http.scope] }],
    ...(parameters.length > 0 && { parameters }),
    ...(inBody && others.length > 0 && { requestBody: { required: true, content: { 'application/json': body } } }),
    responses: {
      200: {
        description: 'Done.',
        content: { 'application/json': { schema: objectOf(resultFields(method.reply), schemas) } },
      },
      default: {
        description: 'Refused or failed.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function parameter(field: DescribedField, where: 'path' | 'query', schemas: Map<string, Json>): Json {
  const { description, ...schema } = schemaOf(field, schemas)
  return {
    name: field.name,
    in: where,
    required: where === 'path',
    ...(description !== undefined && { description }),
    schema,
  }
}

function objectOf(fields: readonly DescribedField[], schemas: Map<string, Json>): Json {
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, schemaOf(field, schemas)])),
  }
}

function schemaOf(field: DescribedField, schemas: Map<string, Json>): Json {
  const one = field.message === undefined ? scalarOf(field) : referTo(field.message, schemas)
  const description = field.comment === '' ? {} : { description: field.comment }
  if (field.form === 'list') return { type: 'array', items: one, ...description }
  if (field.form === 'map') return { type: 'object', additionalProperties: one, ...description }
  return { ...one, ...description }
}

function scalarOf({ name, scalar = '' }: DescribedField): Json {
  if (scalar === 'bool') return { type: 'boolean' }
  if (name === 'password') return { type: 'string', format: 'password' }
  return NUMBERS[scalar] ?? { type: 'string' }
}

function referTo(message: DescribedMessage, schemas: Map<string, Json>): Json {
  if (!schemas.has(message.name)) schemas.set(message.name, objectOf(message.fields, schemas))
  return { $ref: `#/components/schemas/${message.name}` }
}

/** RFC 9457. */
const PROBLEM: Json = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    condition: { type: 'string', description: 'Condition of a stanza error, or gRPC’s code.' },
    detail: { type: 'string', description: 'Plain English.' },
  },
}
