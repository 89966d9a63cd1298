import { z } from 'zod'
import { questions } from './questions.ts'
import { positive } from './values.ts'

const rate = (perSecond: number, burst: number, what: string) =>
  z
    .strictObject({
      perSecond: positive.describe('So many a second in the long run …').default(perSecond),
      burst: positive.describe('… and so many at once after a quiet spell.').default(burst),
    })
    .describe(what)
    .prefault({})

const roles = z.array(z.enum(['moderator', 'participant', 'visitor']))
const everybody = ['moderator', 'participant', 'visitor'] as const

/** Named as in the code that has the form, not as the fields of it. */
const defaults = z
  .strictObject({
    language: z.string().max(35).describe('Language of the discussion (RFC 5646); empty: not said.').default(''),
    logged: z.boolean().describe('Whether there is an archive for the room’s users.').default(true),
    subjectByParticipants: z.boolean().describe('Whether participants may change the subject.').default(false),
    invitations: z.boolean().describe('Whether members of a members-only room may invite others.').default(false),
    privateMessages: z
      .enum(['anyone', 'participants', 'moderators', 'none'])
      .describe('Who may send private messages.')
      .default('anyone'),
    maxOccupants: positive
      .max(1_000_000)
      .describe('Occupants at most; without it as many as `rooms.maxOccupants`.')
      .optional(),
    presenceBroadcast: roles.describe('Whose presence everybody is told.').default([...everybody]),
    memberListFor: roles.describe('Who may read the list of members.').default([...everybody]),
    absentShown: z
      .boolean()
      .describe('Whether members who aren’t there are shown as unavailable, by the nicks kept for them.')
      .default(false),
    listed: z.boolean().describe('Whether the room is found by those who weren’t told its address.').default(true),
    persistent: z.boolean().describe('Whether the room stays when nobody is in it.').default(false),
    moderated: z.boolean().describe('Whether only those who were given voice may speak.').default(false),
    membersOnly: z.boolean().describe('Whether only members may enter.').default(false),
    addressesFor: z
      .enum(['moderators', 'anyone'])
      .describe('Who sees the real addresses of occupants.')
      .default('moderators'),
    historyMax: z
      .int()
      .min(0)
      .max(200)
      .describe('Messages of the past that somebody who enters is shown at most.')
      .default(50),
    registration: z.boolean().describe('Whether users may ask to become members.').default(true),
    nicksLocked: z
      .boolean()
      .describe('Whether somebody who has a reserved nickname is in the room under that alone, whichever he asks for.')
      .default(false),
    nickChanges: z.boolean().describe('Whether occupants may change their nicknames.').default(true),
    subscriptions: z
      .boolean()
      .describe('Whether users may have messages sent to them while they aren’t in the room (MUC/Sub).')
      .default(true),
    captchaProtected: z
      .boolean()
      .describe('Whether whoever has no affiliation is asked one of `rooms.questions` on entering, if there are any.')
      .default(false),
  })
  .describe('What a room is like whose owner says nothing else. Rooms that are there stay as they are.')
  .prefault({})

const fixed = [
  'language',
  'logged',
  'subjectByParticipants',
  'invitations',
  'privateMessages',
  'maxOccupants',
  'presenceBroadcast',
  'memberListFor',
  'absentShown',
  'listed',
  'persistent',
  'moderated',
  'membersOnly',
  'passwordProtected',
  'addressesFor',
  'historyMax',
  'registration',
  'nicksLocked',
  'nickChanges',
  'subscriptions',
  'captchaProtected',
] as const

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
    shownOccupants: positive
      .max(1_000_000)
      .describe(
        'Of so many occupants all others are told that they come and go; of who enters a fuller room only if he moderates it, or entering would cost all of them the square of their number.',
      )
      .default(1_000),
    maxFollowers: positive
      .max(100_000)
      .describe(
        'Users who follow one room without being in it (MUC/Sub): each message there is stored once more for each of them, as if it had been sent to him.',
      )
      .default(1_000),
    occupantRate: rate(10, 100, 'Messages and presence that a room takes from one client.'),
    roomRate: rate(200, 1_000, 'The same from all its occupants together.'),
    questions: questions
      .describe(
        'Rooms may be set up to ask one of them of whoever has no affiliation there (XEP-0158). Without any, owners have no such option.',
      )
      .default([]),
    defaults,
    fixed: z
      .array(z.enum(fixed))
      .describe(
        'Options that are not their owners’ to change: not in the form, and refused unless it is back to what `rooms.defaults` says. Without a password on entering: `passwordProtected`.',
      )
      .default([]),
  })
  .describe('Multi-user chat (XEP-0045).')
  .prefault({})
