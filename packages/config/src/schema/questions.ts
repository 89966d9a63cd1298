import { z } from 'zod'

/** What people are asked who may be programs. */
export const questions = z
  .array(
    z.strictObject({
      question: z.string().min(1).max(500).describe('What is asked.'),
      answers: z.array(z.string().min(1).max(100)).min(1).describe('What may be answered, in whatever case.'),
    }),
  )
  .max(100)
