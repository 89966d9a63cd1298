import { z } from 'zod'
import { positive } from './values.ts'

export const anonymous = z.strictObject({
  loginsPerHour: positive.describe('How often they may come from one address, in the whole cluster.').default(100),
  federation: z.boolean().describe('Whether they may write to other servers.').default(false),
})
