import { z } from 'zod'
import { anonymous } from './anonymous.ts'
import { domainRates } from './rates.ts'
import { bareJid, domain, duration, listenAddress, path, positive, secret, url } from './values.ts'

const certificate = z.strictObject({
  cert: path.describe('PEM file of the certificate chain; reloaded when it changes.'),
  key: path.describe('PEM file of the private key.'),
})

const addresses = (whom: string) => z.array(z.url()).describe(`Addresses (URIs) for ${whom}.`).optional()

const contacts = z.strictObject({
  abuse: addresses('reports of abuse'),
  admin: addresses('those who run the service'),
  feedback: addresses('opinions of its users'),
  sales: addresses('those who want to buy something'),
  security: addresses('reports of security problems'),
  status: addresses('news of its state'),
  support: addresses('those who need help'),
})

const treatment = (what: string) =>
  z.enum(['pass', 'limit', 'refuse']).describe(`${what} of people who are not contacts.`).default('pass')

const strangers = z.strictObject({
  messages: treatment('Messages'),
  requests: treatment('Subscription requests'),
  perMinute: positive.describe('With `limit`: how many in a minute for one user, from all of them.').default(10),
})

export const domains = z
  .array(
    z.strictObject({
      name: domain.describe('A domain whose users this server has.'),
      retentionDays: z
        .int()
        .min(0)
        .max(36_500)
        .describe('Of archives of its users and rooms, where `archive.retentionDays` isn’t meant.')
        .optional(),
      admins: z
        .array(bareJid)
        .describe(
          'Accounts of this server whose clients may execute the commands of service administration (XEP-0133) at this domain, for its users alone.',
        )
        .optional(),
      maxAccounts: z
        .int()
        .min(0)
        .describe(
          'Accounts that it may have, however they are made. One more is refused; nobody loses his where there are more already. Default: any number.',
        )
        .optional(),
      certificate: certificate.describe('Without it a self-signed certificate is made under `dataDir`.').optional(),
      contacts: contacts.describe('Whom to write to, shown in service discovery (XEP-0157).').optional(),
      strangers: strangers.describe('What may come from people who are not contacts. Default: everything.').optional(),
      anonymous: anonymous
        .describe(
          'The domain is for users without accounts (XEP-0175): whoever comes is somebody new, and gone with the session. Without this section nobody comes so.',
        )
        .optional(),
      rates: domainRates.describe('Of its users, where `rates` aren’t meant.').optional(),
    }),
  )
  .min(1)
  .describe('The first one is the default domain.')
  .prefault([{ name: 'localhost' }])

const at = (address: string, description: string) => listenAddress.describe(description).prefault(address)

export const listen = z
  .strictObject({
    c2s: at('0.0.0.0:5222', 'Clients: TCP with STARTTLS.'),
    c2sTls: at('0.0.0.0:5223', 'Clients: direct TLS.'),
    s2s: at('0.0.0.0:5269', 'Other servers: TCP with STARTTLS.'),
    s2sTls: at('0.0.0.0:5270', 'Other servers: direct TLS.'),
    component: at('127.0.0.1:5275', 'External components (XEP-0114).'),
    componentTls: listenAddress.describe('The same over TLS from the first byte.').default(false),
    proxy65: at('0.0.0.0:7777', 'Bytestreams through the proxy (XEP-0065), where that is enabled.'),
    http: at('0.0.0.0:5280', 'WebSocket, BOSH, host-meta: plain HTTP, for use behind a proxy.'),
    https: at('0.0.0.0:5443', 'The same over TLS.'),
    rpc: at(
      '127.0.0.1:5290',
      'gRPC: authentication, administration, health. In a cluster it must be reachable by the other instances.',
    ),
    health: listenAddress
      .describe(
        'gRPC health alone, without TLS: for probes that have no certificate when `tls.rpcMutual` is set. `rpc` answers health too.',
      )
      .default(false),
    admin: at('127.0.0.1:5293', 'Administration over HTTP, at session instances, where `adminApi` has tokens.'),
    metrics: at('127.0.0.1:5291', 'Prometheus `/metrics`.'),
    advertiseHost: z
      .string()
      .describe(
        'Host by which other instances reach `rpc`, when it listens on all addresses. Default: the first address of the machine that is not loopback.',
      )
      .optional(),
  })
  .describe('Each is `"host:port"`, a port (on all addresses) or `false`. Port 0 lets the system choose.')
  .prefault({})

export const proxyProtocol = z
  .strictObject({
    trusted: z
      .array(z.union([z.cidrv4(), z.cidrv6()]))
      .describe('Networks (CIDR) whose connections begin with a PROXY header (v1 or v2), and only theirs.')
      .default([]),
  })
  .prefault({})

export const tls = z
  .strictObject({
    required: z.boolean().describe('Whether clients must use TLS before they authenticate.').default(true),
    minVersion: z
      .enum(['TLSv1.2', 'TLSv1.3'])
      .describe('Oldest TLS version accepted, on every listener.')
      .default('TLSv1.2'),
    ciphers: z.string().describe('OpenSSL cipher list. Default: that of Node.').optional(),
    rpcMutual: z
      .strictObject({
        ca: path.describe('Authority that signed the certificates of all instances, and of nobody else.'),
        cert: path.describe('Certificate of this instance.'),
        key: path.describe('Its private key.'),
      })
      .describe('PEM files: gRPC asks both sides for a certificate signed by `ca`.')
      .optional(),
  })
  .prefault({})

export const telemetry = z
  .strictObject({
    logLevel: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'])
      .describe('Lines below this level are not written.')
      .default('info'),
    traceRatio: z.number().min(0).max(1).describe('Share of incoming stanzas that are traced.').default(0),
    traceBodies: z
      .boolean()
      .describe('Whether `heliographctl trace --bodies` may show the texts of messages and presence.')
      .default(false),
    otlpEndpoint: url('http', 'https').describe('OTLP/HTTP collector that receives the traces.').optional(),
  })
  .prefault({})

export const accounts = z
  .array(
    z
      .strictObject({ jid: bareJid, password: secret.optional(), passwordFile: path.optional() })
      .transform(({ jid, password }, context) => {
        if (password !== undefined) return { jid, password }
        context.addIssue('needs a password or a passwordFile')
        return z.NEVER
      }),
  )
  .describe('Created at start when they do not exist; an existing password is left alone.')
  .default([])

export const reportsTo = z
  .array(bareJid)
  .describe('Addresses that get reports of spam and abuse (XEP-0377) as messages; they are stored, too.')
  .default([])

export const drain = z
  .strictObject({
    seconds: duration().describe('Time from SIGTERM to the end.').default(25),
    pacePerSecond: positive
      .describe('Sessions an edge closes a second, so that clients do not all come back at once.')
      .default(500),
  })
  .prefault({})
