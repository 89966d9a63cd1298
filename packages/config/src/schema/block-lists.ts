import { z } from 'zod'

const service = z
  .string()
  .regex(/^([^\s@/]+@)?[^\s@/]+$/, 'must be an address without a resource')
  .describe('Where it is published: `pubsub.` of a domain here, or another server.')

export const blockLists = z
  .array(z.strictObject({ service, node: z.string().min(1).max(1_000).describe('The node whose items it is.') }))
  .max(20)
  .describe(
    'Real-time block lists: nodes whose items are named by the SHA-256 of addresses and domains. Strangers who are on one reach no user, and don’t enter rooms.',
  )
  .default([])
