import { z } from 'zod'
import { peerPolicy } from './peers.ts'
import { domain, duration, path, secret } from './values.ts'

const routes = z
  .array(
    z.strictObject({
      domain: domain.describe('Another server’s domain.'),
      host: z.string().min(1).describe('Where it is.'),
      port: z.int().min(1).max(65_535).describe('The port there.').default(5269),
      directTls: z.boolean().describe('Whether TLS comes first there (XEP-0368).').default(false),
    }),
  )
  .describe('Where domains are that DNS isn’t asked for. Several of one domain are tried in this order.')
  .default([])

export const federation = z
  .strictObject({
    enabled: z
      .boolean()
      .describe('Whether this server speaks with others. Without that nothing listens for them.')
      .default(false),
    ...peerPolicy,
    policyFile: path
      .describe(
        'YAML file with any of `others`, `authentication`, `minTls`, `inbound`, `outbound`, `peers`, which hold instead of those here; read again when it changes.',
      )
      .optional(),
    ca: path
      .describe(
        'PEM file of authorities that are trusted beside those that Node comes with; read again when it changes.',
      )
      .optional(),
    crl: path
      .describe(
        'PEM file with lists of revoked certificates, one of each authority that others’ certificates come from: without one that isn’t outdated its certificates aren’t trusted. Read again when it changes.',
      )
      .optional(),
    secret: secret
      .min(16)
      .describe(
        'From which keys for dialback are made; the same for all instances of a cluster, which needs it for `dialback`.',
      )
      .optional(),
    routes,
    nameServers: z
      .array(z.string().min(1))
      .describe('Addresses of the DNS servers asked, with a port if it isn’t 53. Default: those of the system.')
      .default([]),
    privateAddresses: z
      .boolean()
      .describe(
        'Whether servers that aren’t among `routes` may be at addresses that aren’t public: this machine’s, private, link-local. Otherwise users can’t make gateways connect there.',
      )
      .default(false),
    connectSeconds: duration()
      .describe('How long a stanza waits for a stream to its domain, then it comes back as an error.')
      .default(20),
    takeSeconds: duration(5)
      .describe('How long another server may take to take what is written to it, then its stream is cut.')
      .default(60),
    streamManagement: z
      .boolean()
      .describe(
        'Whether servers acknowledge stanzas to each other, and resume streams that broke (XEP-0198), where the other side does so, too.',
      )
      .default(true),
    bidirectional: z
      .boolean()
      .describe(
        'Whether stanzas go both ways on one stream where the other side can that (XEP-0288), too. On streams that it opens only those that end at the instance that would open ours.',
      )
      .default(false),
    queueSeconds: duration(0)
      .describe(
        'How long messages, and requests for subscriptions, are kept for a server that can’t be reached, then they come back as errors. 0: not at all. They are in Postgres: gateways of a cluster without `postgres.url` keep none.',
      )
      .default(86_400),
    queueStanzas: z
      .int()
      .min(1)
      .max(1_000_000)
      .describe('How many of them, for one pair of domains. What is more comes back at once.')
      .default(10_000),
    idleSeconds: duration(5).describe('A stream on which nothing has come or gone for so long is closed.').default(600),
  })
  .describe('Other servers (RFC 6120).')
  .prefault({})
