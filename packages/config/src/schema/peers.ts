import { z } from 'zod'
import { domain, path } from './values.ts'

const authentication = z
  .enum(['certificates', 'dialback'])
  .describe(
    '`certificates`: both sides show one that is valid for their domain. `dialback`: where one can’t, it is enough that the domain’s own server confirms (XEP-0220). TLS is required in any case.',
  )

const others = z.enum(['allow', 'deny']).describe('Whether it speaks with domains that are not among `peers`.')

const minTls = z
  .enum(['TLSv1.2', 'TLSv1.3'])
  .describe('Oldest TLS version between servers. That of `tls.minVersion` holds in any case.')

const kinds = z
  .array(z.enum(['message', 'presence', 'iq']))
  .describe('Stanzas that may go. Answers to what came the other way (results, errors) always may.')
/** RFC 6120 §13.12: 10000 bytes are the least that a server has to take. */
const stanzaBytes = z
  .int()
  .min(10_000)
  .describe('The longest stanza. That of `limits.stanzaBytes` holds in any case for what comes in.')
const stanzasPerSecond = z
  .int()
  .min(0)
  .max(1_000_000)
  .describe('Stanzas of one domain, at each gateway; past it they wait. 0: as many as it likes.')
const bytesPerSecond = z.int().min(0).max(1_073_741_824).describe('Bytes likewise.')
const burstSeconds = z.int().min(1).max(3_600).describe('What was not used is saved up for so long.')

const traffic = (direction: string) =>
  z
    .strictObject({
      kinds: kinds.default(['message', 'presence', 'iq']),
      stanzaBytes: stanzaBytes.optional(),
      stanzasPerSecond: stanzasPerSecond.default(0),
      bytesPerSecond: bytesPerSecond.default(0),
      burstSeconds: burstSeconds.default(10),
    })
    .describe(`What may go ${direction} one of the other domains; single \`peers\` may differ.`)

const otherTraffic = z.strictObject({
  kinds: kinds.optional(),
  stanzaBytes: stanzaBytes.optional(),
  stanzasPerSecond: stanzasPerSecond.optional(),
  bytesPerSecond: bytesPerSecond.optional(),
  burstSeconds: burstSeconds.optional(),
})

/** SHA-256 in base64. */
const pin = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'must be a SHA-256 in base64 (44 characters)')

const peers = z
  .array(
    z.strictObject({
      domain: domain.describe('Another server’s domain.'),
      allow: z
        .enum(['both', 'inbound', 'outbound', 'nothing'])
        .describe('In which direction stanzas may go.')
        .default('both'),
      authentication: authentication.optional(),
      minTls: minTls.optional(),
      pins: z
        .array(pin)
        .min(1)
        .describe('Its certificate has one of these keys (SHA-256 of the public key, as in RFC 7469), and is valid.')
        .optional(),
      ca: z
        .array(path)
        .min(1)
        .describe(
          'PEM files of its authorities: its certificate is judged by these alone, not by those that `federation.ca` and Node know. Read again when they change; not together with `federation.crl`.',
        )
        .optional(),
      inbound: otherTraffic.describe('What may come from it, where `federation.inbound` isn’t meant.').optional(),
      outbound: otherTraffic.describe('What may go to it, where `federation.outbound` isn’t meant.').optional(),
    }),
  )
  .describe('What holds for single domains.')

/** With whom we speak, of what, and how we know who that is. */
export const peerPolicy = {
  others: others.default('allow'),
  authentication: authentication.default('certificates'),
  minTls: minTls.default('TLSv1.2'),
  inbound: traffic('from').prefault({}),
  outbound: traffic('to').prefault({}),
  peers: peers.default([]),
}

/** The same in a file of its own: what isn't there is as the configuration has it. */
export const peerPolicyFile = z.strictObject({
  others: others.optional(),
  authentication: authentication.optional(),
  minTls: minTls.optional(),
  inbound: otherTraffic.optional(),
  outbound: otherTraffic.optional(),
  peers: peers.optional(),
})
