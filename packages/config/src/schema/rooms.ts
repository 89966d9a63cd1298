import { z } from 'zod'
import { positive } from './values.ts'

const rate = (perSecond: number, burst: number, what: string) =>
  z
    .strictObject({
      perSecond: positive.describe('So many a second in the long run …').default(perSecond),
      burst: positive.describe('… and so many at once after a quiet spell.').default(burst),
    })
    .describe(what)
    .prefault({})

export const rooms = z
  .strictObject({
    creation: z
      .enum(['anyone', 'users', 'admins'])
      .describe('Who may make rooms: also users of other servers, users of this one, or those in `admins`.')
      .default('users'),
    perUser: positive.describe('Rooms that one user may have made.').default(100),
    maxOccupants: positive
      .max(1_000_000)
      .describe('Occupants of one room; a room can be configured to let in fewer.')
      .default(5_000),
    occupantRate: rate(10, 100, 'Messages and presence that a room takes from one client.'),
    roomRate: rate(200, 1_000, 'The same from all its occupants together.'),
  })
  .describe('Multi-user chat (XEP-0045).')
  .prefault({})
