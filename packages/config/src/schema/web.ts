import { z } from 'zod'
import { duration, positive, url } from './values.ts'

const bosh = z
  .strictObject({
    waitSeconds: z.int().min(1).max(3_600).describe('Longest time a request is held.').default(60),
    inactivitySeconds: z
      .int()
      .min(5)
      .max(3_600)
      .describe('Time without a request after which a session is lost; it can then be resumed (XEP-0198).')
      .default(60),
    pollingSeconds: z
      .int()
      .min(1)
      .max(60)
      .describe('Shortest time between empty requests of a client that polls.')
      .default(5),
    pauseSeconds: z.int().min(1).max(86_400).describe('Longest pause that a client may ask for.').default(300),
  })
  .describe('BOSH (XEP-0124), at `/http-bind`.')
  .prefault({})

const polling = z
  .strictObject({
    enabled: z
      .boolean()
      .describe(
        'Whether the obsolete HTTP polling is served at `/http-poll`, for firewalls that let nothing else pass.',
      )
      .default(false),
    requestsPerMinute: positive.describe('Requests of one session in a minute; past it the session ends.').default(60),
    inactivitySeconds: duration(5)
      .describe('Time without a request after which a session is lost. XEP-0025 recommends five minutes.')
      .default(300),
  })
  .describe('HTTP polling (XEP-0025).')
  .prefault({})

export const web = z
  .strictObject({
    trustedProxies: z
      .array(z.union([z.cidrv4(), z.cidrv6()]))
      .describe('Networks (CIDR) of HTTP proxies that are believed when they say who the client is.')
      .default([]),
    proxyHeader: z
      .enum(['X-Forwarded-For', 'Forwarded'])
      .describe(
        'Header in which they say it, with `X-Forwarded-Proto` and `X-Forwarded-Host`, or RFC 7239. The other one could come from anybody and is not read.',
      )
      .default('X-Forwarded-For'),
    publicUrl: url('https')
      .describe(
        'Address at which clients reach the paths of this listener, for host-meta. Default: the host that the request named.',
      )
      .optional(),
    publicAddresses: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .describe(
        'IP addresses at which clients reach this server. When given, host-meta.json follows XEP-0487 and clients look up no DNS records.',
      )
      .default([]),
    bosh,
    polling,
  })
  .prefault({})
