import { z } from 'zod'
import { path, positive, secret, url } from './values.ts'

const clientTls = z
  .strictObject({
    ca: path.describe('PEM file of the authority that signed the server certificate.').optional(),
    cert: path.describe('PEM file of the client certificate.').optional(),
    key: path.describe('PEM file of the client key.').optional(),
  })
  .optional()

/** The loader has read the file by the time the schema sees it: the configuration only has the password. */
function withPassword<Given extends { passwordFile?: string | undefined }>({ passwordFile: _, ...rest }: Given) {
  return rest
}

const passwordFile = path.describe('File that holds the password; one trailing line break is ignored.').optional()

export const nats = z
  .strictObject({
    servers: z.array(url('nats', 'tls')).describe('NATS servers of the cluster. Required in cluster mode.').default([]),
    prefix: z
      .string()
      .regex(/^[\w-]+(\.[\w-]+)*$/, 'may hold letters, digits, _ and -, with dots between')
      .describe('Begins every subject, so that several installations can share the servers.')
      .default('heliograph'),
    user: z.string().describe('Only when the servers ask for one.').optional(),
    password: secret.describe('Better given by a file or the environment.').optional(),
    passwordFile,
    tls: clientTls,
  })
  .transform(withPassword)
  .prefault({})

export const redis = z
  .strictObject({
    prefix: z
      .string()
      .regex(/^[^{}\s]*$/, 'may not hold braces or spaces')
      .describe('Begins every key, so that several installations can share the server.')
      .default('heliograph:'),
    url: url('redis', 'rediss')
      .describe('Required in cluster mode: the server, a node of a Redis Cluster, or a Sentinel; see `topology`.')
      .optional(),
    topology: z
      .enum(['server', 'cluster', 'sentinel'])
      .describe('What the addresses are of: one server, a Redis Cluster, or Sentinels, which say where the server is.')
      .default('server'),
    others: z
      .array(url('redis', 'rediss'))
      .describe('Other nodes of the Redis Cluster, or other Sentinels.')
      .default([]),
    master: z.string().describe('Name by which the Sentinels know the server.').default('mymaster'),
    password: secret
      .describe('The server’s; that of Sentinels is in their addresses. Better given by a file or the environment.')
      .optional(),
    passwordFile,
  })
  .refine(({ topology, others }) => topology !== 'server' || others.length === 0, {
    error: '`others` are for the topologies cluster and sentinel',
  })
  .transform(withPassword)
  .prefault({})

export const postgres = z
  .strictObject({
    url: url('postgres', 'postgresql')
      .describe(
        'Required in cluster mode, but for services that use no database (connection-manager). In standalone mode, without it, a private server is started under `dataDir`.',
      )
      .optional(),
    password: secret.describe('Better given by a file or the environment.').optional(),
    passwordFile,
    poolSize: positive.max(200).describe('Connections of one process.').default(10),
  })
  .transform(withPassword)
  .prefault({})
