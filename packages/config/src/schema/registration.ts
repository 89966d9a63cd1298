import { z } from 'zod'
import { questions } from './questions.ts'
import { duration, positive } from './values.ts'

export const registration = z
  .strictObject({
    open: z
      .enum(['never', 'loopback', 'always'])
      .describe(
        'Who may create an account in-band (XEP-0077). Default: `loopback` in standalone mode, `never` in a cluster.',
      )
      .optional(),
    perAddress: positive
      .describe('With `always`: attempts of one address (of IPv6: of a /64) within the window.')
      .default(20),
    perNetwork: positive.describe('The same of its /24, of IPv6 its /48.').default(100),
    total: positive.describe('The same of everybody.').default(1_000),
    windowSeconds: duration().describe('How long an attempt counts.').default(3_600),
    keepRemovedDays: z
      .int()
      .min(0)
      .max(36_500)
      .describe('How long nobody may register the name of an account that was removed; 0: at once. Not for `loopback`.')
      .default(90),
    similarNames: z
      .enum(['refuse', 'allow'])
      .describe('Names that look like that of an account, or mix scripts (UTS 39). Not for `loopback`.')
      .default('refuse'),
    questions: questions
      .describe(
        'With `always`: whoever comes without an invitation has to answer one of them, in a form (XEP-0158). Something that those know whom the accounts are for.',
      )
      .default([]),
  })
  .prefault({})
