import { z } from 'zod'
import { domain, path, secret } from './values.ts'

const name = z.string().min(1).max(64).describe('Told in the log beside what was done with it.')
const scopes = z
  .array(z.enum(['read', 'users', 'sessions', 'rooms', 'announce', 'operate']))
  .min(1)
  .describe('What it lets in to.')
const domains = z
  .array(domain)
  .min(1)
  .describe('Only to users and rooms of these domains. Default: of all, and to what is about none.')
  .optional()

const token = z
  .strictObject({
    name,
    scopes,
    domains,
    password: secret.min(32).describe('The token: 32 characters at least, made at random.').optional(),
    passwordFile: path.optional(),
    passwordVariable: z.string().min(1).describe('Environment variable that holds the token.').optional(),
  })
  .transform(({ passwordFile: _file, passwordVariable: _variable, password, ...grant }, context) => {
    if (password !== undefined) return { ...grant, password }
    context.addIssue('needs a password, a passwordFile or a passwordVariable')
    return z.NEVER
  })

export const adminApi = z
  .strictObject({
    tokens: z
      .array(token)
      .refine((all) => new Set(all.map((each) => each.name)).size === all.length, { error: 'have the same name twice' })
      .describe('Who may administer over HTTP at `listen.admin`, and what. Without any nothing listens there.')
      .default([]),
    certificates: z
      .array(z.strictObject({ name: name.describe('A common name or DNS name of a certificate.'), scopes, domains }))
      .refine((all) => new Set(all.map((each) => each.name.toLowerCase())).size === all.length, {
        error: 'have the same name twice',
      })
      .describe(
        'Who may do only that over gRPC: clients that show a certificate with one of these names. Others that `tls.rpcMutual` lets in may do everything, as instances must.',
      )
      .default([]),
    certificate: z
      .strictObject({
        cert: path.describe('PEM file of the certificate chain; reloaded when it changes.'),
        key: path.describe('PEM file of the private key.'),
      })
      .describe('Of `listen.admin`, which is HTTPS then. Required unless that is a loopback address.')
      .optional(),
  })
  .describe('Administration over HTTP; see [administration](administration.md#over-http).')
  .prefault({})
