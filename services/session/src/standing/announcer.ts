import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Domain } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { User } from '../users/user.ts'
import type { StandingMessage } from './standing-messages.ts'
import { deliverNotice, notice, standingNotice } from './tell-standing.ts'

const USERS_AT_ONCE = 200
const PAUSE_MS = 20
const MOST_UNDER_WAY = 4

export interface Announcement {
  readonly domain: Domain
  readonly subject: string
  readonly text: string
}

/** Tells online users owned here something: 10 000 a second at most, so that chats go on meanwhile. */
export class Announcer {
  #underWay = 0

  /** Begins; returns how many users are to be told, or undefined where as many announcements are under way as may be. */
  announce(context: SessionContext, { domain, subject, text }: Announcement): number | undefined {
    const message = notice({ domain, subject, text, id: randomUUID() })
    return this.#begin(context, domain, message, (users) => Promise.resolve(users))
  }

  /** The same with a standing message, for those who haven't had it. */
  announceStanding(context: SessionContext, standing: StandingMessage): number | undefined {
    return this.#begin(context, standing.domain, standingNotice(standing), async (users) => {
      const jids = users.map(({ jid }) => jid)
      const claimed = new Set(await context.standing.claim(standing, jids))
      return users.filter(({ jid }) => claimed.has(jid))
    })
  }

  #begin(context: SessionContext, domain: Domain, message: Stanza, choose: Choice): number | undefined {
    if (this.#underWay >= MOST_UNDER_WAY) return undefined
    const users = [...context.users].filter((user) => user.domain === domain && user.eligible().length > 0)
    this.#underWay++
    tell(context, users, message, choose)
      .catch((error: unknown) => context.log.error('announcement_failed', { domain, error }))
      .finally(() => {
        this.#underWay--
      })
    return users.length
  }
}

type Choice = (users: readonly User[]) => Promise<readonly User[]>

async function tell(context: SessionContext, users: readonly User[], message: Stanza, choose: Choice): Promise<void> {
  for (let at = 0; at < users.length; at += USERS_AT_ONCE) {
    if (at > 0) await sleep(PAUSE_MS)
    for (const user of await choose(users.slice(at, at + USERS_AT_ONCE))) {
      // Another owner's by now.
      if (context.ownership.heldEpochOf(user.partition) === 0) continue
      deliverNotice(context, user, user.eligible(), message)
    }
  }
}
