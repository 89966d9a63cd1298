import { z } from 'zod'

const stanzasPerSecond = z.int().min(0).max(1_000_000).describe('Stanzas; 0: as many as he likes.')
const bytesPerSecond = z
  .int()
  .min(0)
  .max(1_073_741_824)
  .describe('Bytes, 128 for each stanza’s head included; 0: as many as he likes.')
const burstSeconds = z.int().min(1).max(3_600).describe('What was not used is saved up for so long.')

export const rates = z
  .strictObject({
    stanzasPerSecond: stanzasPerSecond.default(1_000),
    bytesPerSecond: bytesPerSecond.default(4_194_304),
    burstSeconds: burstSeconds.default(10),
  })
  .describe(
    'What one user may send, all connections together, whichever edges they are at. Past it they are read more slowly; domains may differ.',
  )
  .prefault({})

/** What a domain wants otherwise. */
export const domainRates = z.strictObject({
  stanzasPerSecond: stanzasPerSecond.optional(),
  bytesPerSecond: bytesPerSecond.optional(),
  burstSeconds: burstSeconds.optional(),
})
