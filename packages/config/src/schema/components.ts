import { z } from 'zod'
import { domain, path, positive, secret } from './values.ts'

const privileges = z
  .strictObject({
    roster: z
      .enum(['none', 'get', 'set', 'both'])
      .describe('What it may do with the rosters of all users.')
      .default('none'),
    message: z
      .enum(['none', 'outgoing'])
      .describe('Whether it may send messages in the name of any user, and of the server.')
      .default('none'),
  })
  .describe(
    'What it may do in the name of users (XEP-0356). Only for components that are trusted like the server itself.',
  )
  .prefault({})

const delegation = z.strictObject({
  namespace: z
    .string()
    .min(1)
    .describe('Namespace of what is asked, or `urn:xmpp:delegation:2:bare:disco#info:*` or `…#items:*`.'),
  attributes: z
    .array(z.string().min(1))
    .describe('Only requests that have all of these attributes; the server answers others itself.')
    .default([]),
})

const fields = z.strictObject({
  domains: z.array(domain).min(1).describe('What it serves. Each of its streams is for one of them.'),
  password: secret.describe('The secret that it proves to know.').optional(),
  passwordFile: path.optional(),
  passwordVariable: z.string().min(1).describe('Environment variable that holds the secret.').optional(),
  authentication: z
    .array(z.enum(['handshake', 'sasl']))
    .min(1)
    .describe('How it may connect: `handshake` (XEP-0114), `sasl` (XEP-0225, with STARTTLS on the same port).')
    .default(['handshake']),
  tls: z
    .boolean()
    .describe('Whether it must come over TLS (`listen.componentTls`, or STARTTLS with `sasl`).')
    .default(false),
  from: z
    .array(z.union([z.cidrv4(), z.cidrv6()]))
    .describe('Networks (CIDR) that it may come from. Default: any that reach the listener.')
    .default([]),
  privileges,
  delegations: z
    .array(delegation)
    .describe(
      'What users, and others, ask the server and accounts of, and it answers in their place (XEP-0355). Only for a component of one domain, trusted like the server itself.',
    )
    .default([]),
  streams: positive.max(1_000).describe('Streams of one domain at a time; they share its work.').default(16),
  waitSeconds: z
    .int()
    .min(0)
    .max(300)
    .describe('How long stanzas wait for it after its last stream is gone; then they are bounced.')
    .default(5),
})

export const components = z
  .array(
    fields.transform(({ passwordFile: _file, passwordVariable: _variable, password, ...rest }, context) => {
      if (password !== undefined) return { ...rest, password }
      context.addIssue('needs a password, a passwordFile or a passwordVariable')
      return z.NEVER
    }),
  )
  .describe('External components (XEP-0114) that may connect.')
  .default([])
