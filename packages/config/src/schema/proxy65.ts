import { z } from 'zod'
import { duration, positive } from './values.ts'

export const proxy65 = z
  .strictObject({
    enabled: z
      .boolean()
      .describe('Whether there is a proxy at `proxy.` of each domain, for users who can’t reach each other directly.')
      .default(false),
    host: z
      .string()
      .regex(/^[^\s/]+$/, 'must be a host name or an IP address')
      .describe(
        'Where clients connect to it, at the port of `listen.proxy65`: this instance’s own name or address. Default: the domain.',
      )
      .optional(),
    bytesPerSecond: positive.describe('Of one transfer.').default(10_485_760),
    idleSeconds: duration().describe('A transfer without a byte for so long is ended.').default(300),
    connections: positive.describe('At one instance; a transfer takes two.').default(1_000),
    connectionsPerAddress: positive.describe('From one address, at one instance.').default(50),
  })
  .describe('Proxy for SOCKS5 bytestreams (XEP-0065).')
  .prefault({})
