import { configJsonSchema, type JsonSchema } from '@heliograph/config'

/** What the chart sets by itself, or takes from a Secret: it can't be given in `config`. */
const NOT_GIVEN = [
  ...[
    'mode',
    'instance',
    'dataDir',
    'domains',
    'accounts',
    'components',
    'listen',
    'proxyProtocol',
    'proxy65',
    'drain',
  ],
  ...['nats.servers', 'nats.user', 'nats.password', 'nats.passwordFile', 'nats.tls'],
  ...['redis.url', 'redis.others', 'redis.topology', 'redis.master', 'redis.password', 'redis.passwordFile'],
  ...['postgres.url', 'postgres.password', 'postgres.passwordFile'],
  ...['web.trustedProxies', 'tls.rpcMutual', 'adminApi.tokens', 'adminApi.certificate'],
  ...['uploads.secret', 'uploads.s3.accessKeyId', 'uploads.s3.secretAccessKey'],
  ...['federation.secret', 'externalServices.secret'],
]

/** The options of the server that are given in the chart's `config`. */
export function configPart(): JsonSchema {
  const { $schema: _, ...whole } = configJsonSchema()
  return NOT_GIVEN.reduce((schema, path) => without(schema, path.split('.')), portable(whole))
}

/** The schema of the items of one of the configuration's lists, by its dotted path, without some keys. */
export function itemsOf(list: string, ...keys: readonly string[]): JsonSchema {
  const found = list.split('.').reduce<JsonSchema | undefined>((at, key) => at?.properties?.[key], configJsonSchema())
  const items = found?.items
  if (items === undefined) throw new Error(`${list} is no list`)
  return keys.reduce((schema, key) => without(schema, [key]), portable(items))
}

/** @throws when there is no such key: the list above would be stale. */
function without(schema: JsonSchema, [key = '', ...rest]: readonly string[]): JsonSchema {
  const { [key]: child, ...others } = schema.properties ?? {}
  if (child === undefined) throw new Error(`the configuration has no ${key}`)
  if (rest.length > 0) return { ...schema, properties: { ...others, [key]: without(child, rest) } }
  const required = schema.required?.filter((name) => name !== key) ?? []
  const { required: _, ...open } = schema
  return { ...open, properties: others, ...(required.length > 0 && { required }) }
}

/** Helm reads patterns as Go does, which knows no look-ahead; the server checks them when it starts. Defaults are the server's. */
function portable(schema: JsonSchema): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value) =>
      (key === 'pattern' || key === 'format' || key === 'default') && typeof value !== 'object' ? undefined : value,
    ),
  ) as JsonSchema
}
