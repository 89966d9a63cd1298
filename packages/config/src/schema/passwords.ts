import { z } from 'zod'

export const passwords = z
  .strictObject({
    minLength: z.int().min(1).max(64).describe('Characters a new password has at least.').default(8),
    minClasses: z
      .int()
      .min(1)
      .max(4)
      .describe('Of lower case, upper case, digits and others, how many a new password has at least.')
      .default(1),
    minStrength: z
      .int()
      .min(0)
      .max(4)
      .describe(
        'How hard a new password is to guess by zxcvbn, which knows common passwords, names, dates and keyboards: 1 takes a thousand guesses, 2 a million, 3 a hundred million, 4 ten thousand million. 0: not checked.',
      )
      .default(2),
    history: z
      .int()
      .min(0)
      .max(24)
      .describe('Former passwords of an account, the present one included, that a new one may not be.')
      .default(3),
  })
  .describe(
    'What passwords people may choose. Those of `accounts` and what `heliographctl --force` sets are not checked.',
  )
  .prefault({})
