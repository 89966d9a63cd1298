import { z } from 'zod'
import { path, secret } from './values.ts'

const token = z
  .strictObject({
    name: z.string().min(1).max(64).describe('Told in the log beside what was done with it.'),
    scopes: z
      .array(z.enum(['read', 'users', 'sessions', 'rooms', 'announce', 'operate']))
      .min(1)
      .describe('What it lets in to.'),
    password: secret.min(32).describe('The token: 32 characters at least, made at random.').optional(),
    passwordFile: path.optional(),
    passwordVariable: z.string().min(1).describe('Environment variable that holds the token.').optional(),
  })
  .transform(({ name, scopes, password }, context) => {
    if (password !== undefined) return { name, scopes, password }
    context.addIssue('needs a password, a passwordFile or a passwordVariable')
    return z.NEVER
  })

export const adminApi = z
  .strictObject({
    tokens: z
      .array(token)
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, { error: 'have the same name twice' })
      .describe('Who may administer over HTTP at `listen.admin`, and what. Without any nothing listens there.')
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
