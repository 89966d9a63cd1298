import { z } from 'zod'

export const invites = z
  .strictObject({
    byUsers: z
      .enum(['never', 'contacts', 'accounts'])
      .describe(
        'Whether users may invite (XEP-0401): people who have an address, to their rosters, or also to make an account here.',
      )
      .default('contacts'),
    days: z.int().min(1).max(3_650).describe('How long an invitation is good.').default(7),
  })
  .prefault({})
