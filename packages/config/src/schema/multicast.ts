import { z } from 'zod'

export const multicast = z
  .strictObject({
    enabled: z
      .boolean()
      .describe(
        'Whether one stanza may be for several (XEP-0033): those of local clients, those of other servers for users here, and ours for several users of another server that takes them so.',
      )
      .default(true),
    addresses: z
      .int()
      .min(1)
      .max(1_000)
      .describe('Addresses in a stanza of a local client. XEP-0033 §9 asks for more than 20 and less than 100.')
      .default(50),
    addressesFromServers: z
      .int()
      .min(1)
      .max(1_000)
      .describe('Addresses in a stanza of another server, all of users of the one domain. They are told in disco#info.')
      .default(500),
  })
  .describe('Extended stanza addressing (XEP-0033).')
  .prefault({})
