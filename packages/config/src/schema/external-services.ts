import { z } from 'zod'
import { duration, secret } from './values.ts'

const service = z.strictObject({
  type: z.enum(['stun', 'stuns', 'turn', 'turns']),
  host: z.string().regex(/^[^\s/]+$/, 'must be a host name or an IP address'),
  port: z.int().min(1).max(65_535).optional(),
  transport: z.enum(['udp', 'tcp']).optional(),
})

export const externalServices = z
  .strictObject({
    services: z.array(service).describe('STUN and TURN servers that clients are told of.').default([]),
    secret: secret
      .describe(
        'Shared with the TURN servers (coturn: `static-auth-secret`); each user’s credentials are made from it.',
      )
      .optional(),
    credentialSeconds: duration(60).describe('How long such credentials are good.').default(43_200),
  })
  .refine(
    ({ services, secret: shared }) => shared !== undefined || !services.some(({ type }) => type.startsWith('turn')),
    {
      path: ['secret'],
      error: 'is required for TURN servers',
    },
  )
  .describe('External services (XEP-0215).')
  .prefault({})
