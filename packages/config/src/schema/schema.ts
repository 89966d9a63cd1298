import { z } from 'zod'
import { adminApi } from './admin-api.ts'
import { blockLists } from './block-lists.ts'
import { components } from './components.ts'
import { events } from './events.ts'
import { externalServices } from './external-services.ts'
import { federation } from './federation.ts'
import { invites } from './invites.ts'
import { archive, authentication, leases, limits, presence, push, sessions, streamManagement } from './limits.ts'
import { multicast } from './multicast.ts'
import { accounts, domains, drain, listen, proxyProtocol, reportsTo, telemetry, tls } from './network.ts'
import { passwords } from './passwords.ts'
import { proxy65 } from './proxy65.ts'
import { rates } from './rates.ts'
import { registration } from './registration.ts'
import { rooms } from './rooms.ts'
import { nats, postgres, redis } from './stores.ts'
import { uploads } from './uploads.ts'
import { bareJid, path } from './values.ts'
import { web } from './web.ts'

/** The whole configuration file. Defaults suit standalone mode. */
export const schema = z.strictObject({
  mode: z
    .enum(['standalone', 'cluster'])
    .describe('All services in one process, or one service a process.')
    .default('standalone'),
  instance: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'may hold a-z, 0-9 and -')
    .describe('Start of this process’s instance id; a random part is always added. Default: the host name.')
    .optional(),
  dataDir: path
    .describe('What a standalone server keeps: its database and self-signed certificates.')
    .default('./data'),
  domains,
  accounts,
  admins: z
    .array(bareJid)
    .describe('Accounts of this server whose clients may execute the commands of service administration (XEP-0133).')
    .default([]),
  adminApi,
  reportsTo,
  blockLists,
  userSearch: z
    .enum(['off', 'ownDomain', 'allDomains'])
    .describe('Whether users may search for others by their vCards (XEP-0055): of their own domain, or of all here.')
    .default('off'),
  registration,
  invites,
  nats,
  redis,
  postgres,
  listen,
  proxyProtocol,
  web,
  tls,
  limits,
  rates,
  authentication,
  passwords,
  streamManagement,
  sessions,
  presence,
  archive,
  uploads,
  push,
  rooms,
  federation,
  multicast,
  externalServices,
  components,
  events,
  proxy65,
  leases,
  drain,
  telemetry,
})

export type ParsedConfig = z.output<typeof schema>
