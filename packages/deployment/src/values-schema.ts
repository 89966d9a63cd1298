import type { JsonSchema } from '@heliograph/config'
import { configPart, itemsOf } from './config-part.ts'
import { given } from './given.ts'
import type { ValuesFile } from './values-file.ts'

/** Keys that lay their own values over `defaults`. */
const SERVICES = ['connectionManager', 'session', 'presenceFanout', 'muc', 'pubsub', 's2sGateway']

/** Schema of the chart's values: types from their defaults, unknown keys refused, `config` checked as the server does. */
export function valuesSchema({ values, descriptions }: ValuesFile): JsonSchema {
  const whole = schemaOf(values, '', descriptions)
  const workload = whole.properties?.defaults
  if (workload === undefined) throw new Error('values.yaml has no defaults')
  const services = SERVICES.map((key) => [key, serviceSchema(key, workload, descriptions)] as const)
  const properties = { ...whole.properties, ...Object.fromEntries(services), ...special(whole, descriptions) }
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...whole, properties: { ...properties, global: {} } }
}

function schemaOf(value: unknown, path: string, descriptions: ReadonlyMap<string, string>): JsonSchema {
  const text = descriptions.get(path)
  const description = text === undefined ? {} : { description: text }
  const known = given(path)
  if (known !== undefined) return { ...description, ...known }
  if (Array.isArray(value)) return { ...description, type: 'array', items: { type: 'string' } }
  if (typeof value !== 'object' || value === null) return { ...description, type: typeOf(value) }
  const children = Object.entries(value).map(([key, child]) => {
    const at = path === '' ? key : `${path}.${key}`
    return [key, schemaOf(child, at, descriptions)] as const
  })
  return { ...description, type: 'object', additionalProperties: false, properties: Object.fromEntries(children) }
}

function typeOf(value: unknown): string {
  return typeof value === 'number' ? 'integer' : typeof value
}

/** As `defaults`; the edges also have what one is to hold. */
function serviceSchema(key: string, workload: JsonSchema, descriptions: ReadonlyMap<string, string>): JsonSchema {
  if (key !== 'connectionManager') return { $ref: '#/properties/defaults' }
  const connectionsPerPod = {
    description: descriptions.get('connectionManager.connectionsPerPod') ?? '',
    type: 'integer',
    minimum: 1,
  }
  const same = Object.keys(workload.properties ?? {}).map((name) => [
    name,
    { $ref: `#/properties/defaults/properties/${name}` },
  ])
  return {
    description: descriptions.get(key) ?? '',
    type: 'object',
    additionalProperties: false,
    properties: { connectionsPerPod, ...Object.fromEntries(same) },
  }
}

const text: JsonSchema = { type: 'string', minLength: 1 }

/** What is more than its default shows. */
function special(whole: JsonSchema, descriptions: ReadonlyMap<string, string>): Record<string, JsonSchema> {
  const described = (key: string, schema: JsonSchema): JsonSchema => ({
    description: descriptions.get(key) ?? '',
    ...schema,
  })
  const domain = itemsOf('domains')
  const component = itemsOf('components', 'password', 'passwordFile', 'passwordVariable')
  const account = itemsOf('accounts', 'password', 'passwordFile')
  const token = itemsOf('adminApi.tokens', 'password', 'passwordFile', 'passwordVariable')
  const adminApi = whole.properties?.adminApi
  const secret = { existingSecret: text, key: text }
  const certificate: JsonSchema = {
    type: 'object',
    additionalProperties: false,
    properties: {
      existingSecret: { type: 'string' },
      issuerRef: { type: 'object' },
      dnsNames: { type: 'array', items: text },
    },
  }
  const withSecret = (schema: JsonSchema): JsonSchema => ({
    ...schema,
    required: [...(schema.required ?? []), 'existingSecret'],
    properties: { ...schema.properties, ...secret },
  })
  return {
    config: described('config', configPart()),
    domains: described('domains', {
      type: 'array',
      minItems: 1,
      items: { ...domain, properties: { ...domain.properties, certificate } },
    }),
    accounts: described('accounts', { type: 'array', items: withSecret(account) }),
    adminApi: {
      ...adminApi,
      properties: {
        ...adminApi?.properties,
        tokens: described('adminApi.tokens', { type: 'array', items: withSecret(token) }),
      },
    },
    components: described('components', { type: 'array', items: withSecret(component) }),
  }
}
