import { z } from 'zod'
import { domain, path, url } from './values.ts'

/** Only such whose keys can be published: a shared secret would let whoever checks tokens make them, too. */
const algorithm = z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

export const bearer = z
  .strictObject({
    domain: domain.describe('The domain of this server whose users the tokens are for.'),
    issuer: z.string().min(1).describe('Who makes the tokens (claim `iss`), to the letter.'),
    audience: z.array(z.string().min(1)).min(1).describe('Whom they are for (claim `aud`): one of these is named.'),
    jwksUrl: url('https', 'http')
      .refine((given) => new URL(given).protocol === 'https:' || LOOPBACK.has(new URL(given).hostname), {
        error: 'must be https, but on this machine',
        abort: true,
      })
      .describe('Where the issuer publishes its keys (a JWK set); without redirects.')
      .optional(),
    jwksFile: path.describe('The same as a file; read again when a token names a key that isn’t in it.').optional(),
    algorithms: z.array(algorithm).min(1).describe('How tokens may be signed.').default(['RS256', 'ES256', 'EdDSA']),
    clockSkewSeconds: z.int().min(0).max(300).describe('How far the issuer’s clock may be off.').default(30),
    userClaim: z
      .string()
      .min(1)
      .describe('Claim that names the user: a local part, or an address of `domain`.')
      .default('sub'),
    scope: z
      .string()
      .regex(/^\S+$/, 'must be one word')
      .describe('A scope that tokens must have. Default: any.')
      .optional(),
    createAccounts: z
      .boolean()
      .describe('Whether an account is made at the first login; else nobody comes in who has none.')
      .default(false),
    discoveryUrl: url('https', 'http')
      .describe(
        'Told to clients without a good token, so that they can get one (XEP-0493). Default: `/.well-known/openid-configuration` at the issuer.',
      )
      .optional(),
  })
  .refine(({ jwksUrl, jwksFile }) => (jwksUrl === undefined) !== (jwksFile === undefined), {
    path: ['jwksUrl'],
    error: 'is required, or jwksFile; not both',
  })
  .describe('Logins with tokens (JWT) of another service (OAUTHBEARER, RFC 7628). Without this section there are none.')
  .optional()
